#include "client/client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/command_package.h"
#include "fabric/sealing.h"
#include "schemas/base64.h"
#include "schemas/check_package.h"

namespace argosy::client {

using nlohmann::json;

Outcome<std::unique_ptr<Client>> Client::open(const std::filesystem::path& folder, SessionOptions options) {
  const auto profile = load_profile(folder, "");
  if (!profile) return trouble(profile.error(), Exit::usage);
  auto session = Session::open(*profile, options);
  if (!session) return session.error();
  return std::unique_ptr<Client>(new Client(std::move(*session)));
}

Outcome<ExecutionId> Client::submit(Submit submit) {
  if (submit.key.empty()) submit.key = fabric::random_key_text();
  const auto accepted = session_->submit(std::move(submit));
  if (!accepted) return accepted.error();
  return accepted->execution;
}

Outcome<ExecutionId> Client::submit_command(const std::vector<std::string>& argv, const CommandSubmit& how) {
  CommandOptions options;
  options.argv = argv;
  options.cwd = how.cwd;
  options.env = how.env;
  options.resources = how.resources;
  if (!how.array.empty()) {
    auto items = parse_item_ranges(how.array);
    if (!items) return trouble(items.error(), Exit::usage);
    options.items = std::move(*items);
  }
  const auto package = command_package(options, "");
  if (!package) return trouble(package.error(), Exit::usage);
  if (const auto problems = check_package(*package); !problems.empty()) return usage(join_problems(problems));
  Submit word;
  word.key = how.key;
  word.inline_package = *package;
  word.priority = how.priority;
  return submit(std::move(word));
}

Outcome<std::map<ExecutionId, Changed>> Client::wait_all(std::vector<ExecutionId> executions, std::optional<Duration> timeout) {
  std::sort(executions.begin(), executions.end());
  executions.erase(std::unique(executions.begin(), executions.end()), executions.end());
  WaitOptions options;
  options.timeout = timeout;
  return wait_for(*session_, executions, options);
}

Outcome<ExecutionStatus> Client::wait(ExecutionId execution, std::optional<Duration> timeout) {
  const auto ends = wait_all({execution}, timeout);
  if (!ends) return ends.error();
  return ends->at(execution).status;
}

Outcome<Done> Client::cancel(ExecutionId execution) {
  const auto answer = ask("execution.cancel", json{{"select", {std::to_string(execution.value)}}}.dump());
  if (!answer) return answer.error();
  return Done{};
}

Outcome<std::string> Client::logs(ExecutionId execution, const std::string& task) {
  json arguments{{"execution", execution.value}, {"limit", 1'048'576}};
  if (!task.empty()) arguments["task"] = task;
  std::string out;
  while (true) {
    arguments["offset"] = out.size();
    const auto answer = ask("logs.read", arguments.dump());
    if (!answer) return answer.error();
    const json page = json::parse(*answer, nullptr, false);
    const auto bytes = page.is_object() ? from_base64(page.value("data", std::string())) : std::nullopt;
    if (!bytes) return Trouble{Exit::failed, "logs.read was answered by what is no page"};
    if (bytes->empty()) return out;
    out += *bytes;
  }
}

Outcome<std::string> Client::ask(const std::string& verb, const std::string& arguments) {
  auto answer = session_->ask(verb, arguments);
  if (!answer) return answer.error();
  return std::move(answer->document);
}

}  // namespace argosy::client
