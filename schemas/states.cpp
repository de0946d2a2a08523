#include "schemas/states.h"

#include "base/check.h"

namespace argosy {

std::optional<ItemState> apply(ItemState state, ItemEvent event) {
  using S = ItemState;
  using E = ItemEvent;
  const bool held = state == S::claimed || state == S::running;
  switch (event) {
    case E::became_ready:
      return state == S::waiting ? std::optional(S::ready) : std::nullopt;
    case E::became_impossible:
      return state == S::waiting ? std::optional(S::skipped) : std::nullopt;
    case E::claim:
      return state == S::ready ? std::optional(S::claimed) : std::nullopt;
    case E::start:
      return state == S::claimed ? std::optional(S::running) : std::nullopt;
    case E::succeed:
      return held ? std::optional(S::succeeded) : std::nullopt;
    case E::fail:
      return held ? std::optional(S::failed) : std::nullopt;
    case E::interrupt:
      return held ? std::optional(S::interrupted) : std::nullopt;
    case E::again:
      return held ? std::optional(S::ready) : std::nullopt;
    case E::again_later:
      return held ? std::optional(S::waiting) : std::nullopt;
    case E::cancel:
      return is_terminal(state) ? std::nullopt : std::optional(S::canceled);
  }
  CHECK(false);
}

std::string_view to_string(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::created: return "created";
    case ExecutionStatus::running: return "running";
    case ExecutionStatus::canceled: return "canceled";
    case ExecutionStatus::failed: return "failed";
    case ExecutionStatus::pending: return "pending";
    case ExecutionStatus::ended_unexpectedly: return "ended unexpectedly";
    case ExecutionStatus::succeeded: return "succeeded";
    case ExecutionStatus::stopping: return "stopping";
    case ExecutionStatus::completed: return "completed";
  }
  CHECK(false);
}

std::string_view to_string(ItemState state) {
  switch (state) {
    case ItemState::waiting: return "waiting";
    case ItemState::ready: return "ready";
    case ItemState::claimed: return "claimed";
    case ItemState::running: return "running";
    case ItemState::succeeded: return "succeeded";
    case ItemState::failed: return "failed";
    case ItemState::canceled: return "canceled";
    case ItemState::interrupted: return "interrupted";
    case ItemState::skipped: return "skipped";
  }
  CHECK(false);
}

std::string_view to_string(EndReason reason) {
  switch (reason) {
    case EndReason::succeeded: return "succeeded";
    case EndReason::exit_status: return "exit status";
    case EndReason::signal: return "signal";
    case EndReason::command_not_found: return "command not found";
    case EndReason::not_executable: return "not executable";
    case EndReason::cannot_start: return "cannot start";
    case EndReason::time_limit: return "time limit";
    case EndReason::memory_limit: return "memory limit";
    case EndReason::log_limit: return "log limit";
    case EndReason::canceled: return "canceled";
    case EndReason::lost: return "lost";
    case EndReason::returned: return "returned";
    case EndReason::lease_ended: return "lease ended";
    case EndReason::keeper_died: return "keeper died";
    case EndReason::stopped: return "worker stopped";
    case EndReason::content_missing: return "content missing";
    case EndReason::secret_unreadable: return "secret unreadable";
  }
  CHECK(false);
}

}  // namespace argosy
