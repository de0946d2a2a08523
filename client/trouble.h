// What went wrong for a client, and what its process says of it to its caller: the exit status.
#pragma once

#include <string>

#include "base/result.h"
#include "schemas/states.h"

namespace argosy::client {

// Exit statuses of `argosy`; docs/reference/exit-status.md. Kept for ever.
enum class Exit : int {
  succeeded = 0,
  failed = 1,
  usage = 2,
  canceled = 3,
  ended_unexpectedly = 6,
  completed = 9,      // with tolerated failures
  unavailable = 75,   // nobody there, or the catalog is away: the same again later may do
  timed_out = 124,    // --timeout of --wait is over; the execution goes on
  interrupted = 130,  // Ctrl-C; the execution goes on
};

struct Trouble {
  Exit exit = Exit::failed;
  std::string message;  // what, where, what to do
};

template <class T>
using Outcome = Result<T, Trouble>;

inline Trouble usage(std::string message) { return {Exit::usage, std::move(message)}; }
inline Trouble trouble(const Error& error, Exit exit = Exit::failed) { return {exit, error.message}; }

// Of an execution that has ended (any other status: failed).
constexpr Exit exit_of(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::succeeded: return Exit::succeeded;
    case ExecutionStatus::canceled: return Exit::canceled;
    case ExecutionStatus::ended_unexpectedly: return Exit::ended_unexpectedly;
    case ExecutionStatus::completed: return Exit::completed;
    default: return Exit::failed;
  }
}

}  // namespace argosy::client
