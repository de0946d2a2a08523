// Prints what tasks of an execution wrote, page by page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/cli.h"

namespace argosy::client {

struct LogOptions {
  std::string task;                     // empty: all
  std::optional<std::uint64_t> attempt;
  std::optional<std::uint64_t> tail;    // lines
  bool failed = false;
  bool follow = false;
  bool only_stdout = false;
  bool only_stderr = false;
};

// A table prints the bytes as they are, under a heading where there may be several tasks; JSON gives an array of
// {task, attempt, stdout, stderr}. To follow those that `failed` is to wait for the execution's end.
int print_logs(Cli& cli, std::uint64_t execution, const LogOptions& options);

// The last `lines` lines of a text; a last line without line break counts.
std::string last_lines(const std::string& text, std::uint64_t lines);

}  // namespace argosy::client
