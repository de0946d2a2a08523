// Outcome: what the keeper saw of a process, and what the task left in $ARGOSY_OUTPUT, as the end of an attempt.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "schemas/words/work.h"
#include "worker/process.h"

namespace argosy::worker {

AttemptEnd end_of(AttemptRef attempt, const keeper::TaskExited& exited);
AttemptEnd end_of(AttemptRef attempt, const keeper::TaskNotStarted& failed, WallTime now);

// Reads key=value lines and removes the file; lines that are none are left out. At most 64 KiB together.
std::map<std::string, std::string> take_outputs(const std::filesystem::path& file);

}  // namespace argosy::worker
