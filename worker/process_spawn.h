// Starts one task's main process from the keeper, as cheaply as the kernel allows (the parent's memory is
// shared until exec).
//
// Owner: the keeper, a small single-threaded process with all signals blocked, no signal handlers, and every
// descriptor above 2 close-on-exec; its descriptor 0 becomes the task's standard input. The child leads a
// session of its own and is killed when the keeper dies.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "worker/process.h"
#include "worker/process_mark.h"

namespace argosy::keeper {

struct SpawnOutput {
  int out = -1;
  int err = -1;
};

struct SpawnFailure {
  StartStep step = StartStep::process;
  int error = 0;
  std::string reason;
};

// Runs order.argv in `directory` with order.env plus the variables in `extra_env`. The pid, or why there is
// none.
std::variant<int, SpawnFailure> spawn_process(const StartOrder& order, const std::string& directory,
                                              const std::vector<std::string>& extra_env, SpawnOutput output,
                                              const ProcessMark& mark);

}  // namespace argosy::keeper
