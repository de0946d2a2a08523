// Outcome: what the keeper saw of a process, and what the task left in $ARGOSY_OUTPUT, as the end of an attempt.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "schemas/words/work.h"
#include "worker/process.h"

namespace argosy::worker {

// With '?' for each byte that is none of UTF-8.
std::string cleaned(std::string text);

AttemptEnd end_of(AttemptRef attempt, const keeper::TaskExited& exited);
AttemptEnd end_of(AttemptRef attempt, const keeper::TaskNotStarted& failed, WallTime now);

struct Outputs {
  std::map<std::string, std::string> values;
  std::string left_out;  // for people; empty: nothing
};

// Reads key=value lines and removes the file. Whole lines of its first 64 KiB count; those that are none of UTF-8 are left
// out. What is no regular file is not read; a folder that is not empty stays until the next session clears its place.
Outputs take_outputs(const std::filesystem::path& file);

}  // namespace argosy::worker
