// Orphans: ending the processes that a dead keeper, or a dead earlier session of this worker, left behind.
//
// Owner: the worker's shell. Both functions block up to `bound`, kill with SIGKILL, and look again until
// nothing is left. Single thread; no keeper of this process may be running. Processes in uninterruptible
// sleep can outlast the bound: then `all_gone` is false and the caller must not tell anybody that the
// attempts have ended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace argosy::keeper {

struct KilledProcess {
  std::int32_t pid = 0;
  std::string command;  // as /proc/<pid>/comm says it
};

struct Sweep {
  bool all_gone = false;
  std::vector<KilledProcess> killed;
};

// Kills and reaps every descendant of this process. Required: this process is a subreaper
// (KeeperClient::launch did it). For use after KeeperDied: the tasks' main processes die with their keeper,
// what they left is below this process.
Sweep kill_descendants(Duration bound);

// Kills every process on this host that bears the token of this worker's folder, keepers of earlier sessions
// included: by its mark among the resource limits (worker/process_mark.h) or by ARGOSY_WORKER_TOKEN in its
// environment. This process, its ancestors and its threads are left alone. For use before a new session says
// Hello.
Sweep sweep_earlier_sessions(std::string_view worker_token, Duration bound);

}  // namespace argosy::keeper
