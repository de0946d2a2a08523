// From a StartTask to the keeper's order: command bound, environment, directories, secrets opened, user looked up.
// Reads the user database and nothing else.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "fabric/keys.h"
#include "schemas/words/work.h"
#include "worker/effects.h"
#include "worker/process.h"
#include "worker/users.h"

namespace argosy::worker {

// Folders of this worker, absolute.
struct Places {
  std::filesystem::path work;     // fresh working directories
  std::filesystem::path outputs;  // $ARGOSY_OUTPUT files
  std::filesystem::path secrets;  // $ARGOSY_SECRETS files
};

struct LaunchContext {
  Places places;
  fabric::KeyPair keys;           // secrets are sealed to these
  std::string run_as;             // for tasks that name no user
  Users users;
};

// Wipes the secrets when it goes, whether the task was started or not.
struct Launch {
  Launch() = default;
  Launch(Launch&&) = default;
  Launch& operator=(Launch&&) = default;
  ~Launch();

  keeper::StartOrder order;
  std::filesystem::path output;          // where the task may leave key=value lines
  std::vector<std::string> secret_values;  // to be masked in its output
};

// Why it cannot be started; the attempt fails with it.
struct LaunchRefusal {
  EndReason reason = EndReason::cannot_start;
  std::string detail;
};

// `package`: the unpacked content; empty when the task has none. `slot`: which of the working directories is free; the
// same ones are used again and again, since making one costs more than starting a process in it.
std::variant<Launch, LaunchRefusal> make_launch(const StartTask& task, keeper::TaskToken token, std::uint32_t slot,
                                                const std::filesystem::path& package, LaunchContext& context, Time now);

}  // namespace argosy::worker
