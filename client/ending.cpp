#include "client/ending.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/counted.h"
#include "client/wrapped.h"

namespace argosy::client {
namespace {

using nlohmann::json;

// The attempt that decided, if the cluster still tells: the first one that its task ended with.
json deciding_attempt(Cli& cli, ExecutionId id) {
  const auto shown = cli.ask("execution.show", {{"select", {std::to_string(id.value)}}, {"failures", 100}});
  if (!shown || shown->empty()) return nullptr;
  const json attempts = shown->front().value("failures", json::array());
  for (const auto& attempt : attempts) {
    if (attempt["status"] == "failed" || attempt["status"] == "interrupted") return attempt;
  }
  return nullptr;
}

// The number belongs to two reasons; beside another one, as a limit, it says only how the process went.
std::string text_of(const json& attempt) {
  const std::string reason = cell(attempt, {"", "reason"});
  std::string out = "task " + cell(attempt, {"", "task"}) + ", " + reason;
  if (reason == "exit status") out += " " + attempt["exit_code"].dump();
  if (reason == "signal") out += " " + attempt["signal"].dump();
  if (!attempt["worker"].is_null()) out += " on " + cell(attempt, {"", "worker"});
  if (!attempt["detail"].is_null()) out += ": " + cell(attempt, {"", "detail"});
  return out;
}

std::string read_on(const std::string& id, const json& attempt) {
  if (attempt.is_null()) return "argosy execution show " + id;
  if (attempt["log_bytes"] != 0) return "argosy logs " + id + " --failed";
  return "argosy task show " + id + " '" + cell(attempt, {"", "task"}) + "'";
}

}  // namespace

void say_ending(Cli& cli, const std::map<ExecutionId, Changed>& ends) {
  const auto well = [](const auto& end) { return end.second.status == ExecutionStatus::succeeded; };
  const auto first = std::find_if_not(ends.begin(), ends.end(), well);
  if (first == ends.end()) return;
  const std::string id = std::to_string(first->first.value);
  std::string text = "execution " + id + ": " + std::string(to_string(first->second.status));
  if (ends.size() > 1) {
    const auto bad = static_cast<std::size_t>(ends.size()) - static_cast<std::size_t>(std::count_if(ends.begin(), ends.end(), well));
    text = std::to_string(bad) + " of " + counted(ends.size(), "execution") + " did not succeed; " + (bad > 1 ? "the first, " : "") + text;
  }
  if (first->second.status != ExecutionStatus::canceled) {
    const json attempt = deciding_attempt(cli, first->first);
    if (!attempt.is_null()) text += ", " + text_of(attempt);
    text += "; see `" + read_on(id, attempt) + "`";
  }
  std::cout.flush();
  const std::string head = "argosy: ";
  std::cerr << head << wrapped(text, terminal_width(STDERR_FILENO), head.size()) << "\n";
}

}  // namespace argosy::client
