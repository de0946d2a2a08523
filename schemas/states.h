// The states of an execution, of an item and of an attempt, and the one place where they change: apply().
// Codes are kept for ever: they stand in the catalog and on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace argosy {

// SSISDB's execution status codes.
enum class ExecutionStatus : std::uint8_t {
  created = 1,
  running = 2,
  canceled = 3,
  failed = 4,
  pending = 5,
  ended_unexpectedly = 6,
  succeeded = 7,
  stopping = 8,
  completed = 9,  // with tolerated failures
};

enum class ItemState : std::uint8_t {
  waiting = 1,      // for tasks before it, or for its back-off
  ready = 2,        // may be claimed
  claimed = 3,      // a committed claim names its only worker
  running = 4,      // its worker said Started
  succeeded = 5,
  failed = 6,
  canceled = 7,
  interrupted = 8,  // interruption budget spent: "ended unexpectedly"
  skipped = 9,      // can never run: what it waits for ended the other way
};

constexpr bool is_terminal(ItemState s) { return s >= ItemState::succeeded; }
constexpr bool is_terminal(ExecutionStatus s) {
  return s == ExecutionStatus::canceled || s == ExecutionStatus::failed || s == ExecutionStatus::ended_unexpectedly ||
         s == ExecutionStatus::succeeded || s == ExecutionStatus::completed;
}

// Why an attempt ended. The worker says most; the master says `lost` and `returned`.
enum class EndReason : std::uint8_t {
  succeeded = 1,
  exit_status = 2,       // other than 0
  signal = 3,            // killed by a signal that Argosy did not send
  command_not_found = 4,
  not_executable = 5,
  cannot_start = 6,      // directory, user, limits: the detail says which
  time_limit = 7,
  memory_limit = 8,
  log_limit = 9,
  canceled = 10,
  lost = 11,             // its worker is gone, and that is proved or waited out
  returned = 12,         // never started: drained, or something else came first
  lease_ended = 13,      // killed by its keeper because no renewal came
  keeper_died = 14,      // killed because its keeper was
  stopped = 15,          // the worker was stopped in an orderly way
  content_missing = 16,  // the package's content could not be had
  secret_unreadable = 17,
};

// What an end counts against.
enum class Budget : std::uint8_t { none = 0, retry = 1, interruption = 2 };

constexpr Budget budget_of(EndReason reason) {
  switch (reason) {
    case EndReason::succeeded:
    case EndReason::canceled:
    case EndReason::returned:
    case EndReason::stopped:
    case EndReason::lease_ended:
      return Budget::none;
    case EndReason::lost:
    case EndReason::keeper_died:
      return Budget::interruption;
    default:
      return Budget::retry;
  }
}

enum class ItemEvent : std::uint8_t {
  became_ready,      // everything before it ended as asked, or its back-off is over
  became_impossible, // something before it ended the other way
  claim,             // committed
  start,
  succeed,
  fail,              // retry budget spent
  interrupt,         // interruption budget spent
  again,             // the attempt ended, the item may be tried again at once
  again_later,       // the same, after a back-off
  cancel,
};

// The state after the event; nothing where the event does not belong to the state (a late word: count it, change nothing).
std::optional<ItemState> apply(ItemState state, ItemEvent event);

std::string_view to_string(ExecutionStatus);
std::string_view to_string(ItemState);
std::string_view to_string(EndReason);

}  // namespace argosy
