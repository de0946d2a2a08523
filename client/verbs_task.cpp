// task list, show, explain; logs.
#include <algorithm>
#include <iostream>

#include "client/choices.h"
#include "client/cli.h"
#include "client/explanation.h"
#include "client/log_reader.h"
#include "client/numbers.h"
#include "schemas/selectors.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct TaskArguments {
  std::string execution;
  std::string task;
  std::vector<std::string> statuses;
  std::size_t limit = 0;
  LogOptions log;
};

std::vector<std::string> statuses() {
  std::vector<std::string> out;
  for (auto state = ItemState::waiting; state <= ItemState::skipped; state = static_cast<ItemState>(static_cast<int>(state) + 1)) {
    out.emplace_back(to_string(state));
  }
  return out;
}

const Listing& rows() {
  static const Listing how{{{"TASK", "task", Show::text, true}, {"STATUS", "status"}, {"ATTEMPT", "attempt", Show::count}, {"WORKER", "worker", Show::text, true},
                            {"EXIT", "exit_code", Show::count}, {"SIGNAL", "signal", Show::count}, {"STARTED", "started_at", Show::time}},
                           "task", "no task"};
  return how;
}

Outcome<std::uint64_t> find_execution(Cli& cli, const std::string& text) {
  const auto selector = parse_selector(text);
  if (!selector) return usage(selector.error().message);
  if (selector->kind == SelectorKind::one) return selector->first.value;
  const auto document = cli.ask("execution.show", {{"select", {text}}});
  if (!document) return document.error();
  if (document->size() != 1) return usage("name one execution, not " + text);
  return document->front()["id"].get<std::uint64_t>();
}

int list(Cli& cli, const TaskArguments& given) {
  const auto id = find_execution(cli, given.execution);
  if (!id) return cli.fail(id.error());
  json arguments{{"execution", *id}};
  if (!given.task.empty()) arguments["task"] = given.task;
  if (!given.statuses.empty()) arguments["status"] = given.statuses;
  return cli.show_list("task.list", arguments, rows(), given.limit);
}

int show(Cli& cli, const TaskArguments& given) {
  const auto id = find_execution(cli, given.execution);
  if (!id) return cli.fail(id.error());
  json arguments{{"execution", *id}};
  if (!given.task.empty()) arguments["task"] = given.task;
  const auto document = cli.ask("task.show", arguments);
  if (!document) return cli.fail(document.error());
  cli.output().one(*document, {{{"task", "task"}, {"value", "value"}, {"status", "status"}, {"worker", "worker"}, {"reason", "reason"}, {"detail", "detail"},
                                {"exit code", "exit_code"}, {"signal", "signal"}, {"started", "started_at", Show::time}, {"ended", "ended_at", Show::time}, {"after", "after", Show::list}},
                               "task", ""});
  if (cli.output_format() != Format::table || (*document)["attempts"].empty()) return 0;
  std::cout << "\n";
  cli.output().list((*document)["attempts"], {{{"ATTEMPT", "attempt", Show::count}, {"WORKER", "worker"}, {"REASON", "reason"}, {"EXIT", "exit_code", Show::count},
                                               {"STARTED", "started_at", Show::time}, {"USER", "user_seconds", Show::count}, {"MEMORY", "max_rss_bytes", Show::size},
                                               {"LOG", "log_bytes", Show::size}}, "attempt", ""});
  return 0;
}

int explain(Cli& cli, const TaskArguments& given) {
  const auto id = find_execution(cli, given.execution);
  if (!id) return cli.fail(id.error());
  json arguments{{"execution", *id}};
  if (!given.task.empty()) arguments["task"] = given.task;
  const auto document = cli.ask("execution.explain", arguments);
  if (!document) return cli.fail(document.error());
  show_explanations(cli, {*document}, true);
  return 0;
}

int logs(Cli& cli, TaskArguments& given) {
  if (given.log.only_stdout && given.log.only_stderr) return cli.fail(usage("--stdout and --stderr exclude each other; without them both are shown"));
  const auto id = find_execution(cli, given.execution);
  if (!id) return cli.fail(id.error());
  given.log.task = given.task;
  return print_logs(cli, *id, given.log);
}

}  // namespace

void add_task_verbs(CLI::App& app, Cli& cli) {
  static TaskArguments given;
  CLI::App* task = app.add_subcommand("task", "tasks of one execution");
  task->require_subcommand(1);
  CLI::App* lists = cli.verb(*task, "list", "each task, and each item of an array", [&cli] { return list(cli, given); });
  lists->add_option("execution", given.execution, "17 or last")->required();
  lists->add_option("--task", given.task, "only this task, or one item: NAME or NAME[ID]");
  lists->add_option("--status", given.statuses, "only of this status; again for more")->allow_extra_args(false)->check(one_of(statuses()));
  lists->add_option("--limit", given.limit, "rows at most; 0: all")->check(whole_number(0, kRowsMost));
  CLI::App* shows = cli.verb(*task, "show", "one task with its attempts", [&cli] { return show(cli, given); });
  CLI::App* explains = cli.verb(*task, "explain", "why it is where it is", [&cli] { return explain(cli, given); });
  for (CLI::App* verb : {shows, explains}) {
    verb->add_option("execution", given.execution, "17 or last")->required();
    verb->add_option("task", given.task, "NAME, NAME[ID], or the array id of a bare command");
  }
}

void add_log_verb(CLI::App& app, Cli& cli) {
  static TaskArguments given;
  CLI::App* verb = cli.verb(app, "logs", "what tasks wrote", [&cli] { return logs(cli, given); });
  verb->add_option("execution", given.execution, "17 or last")->required();
  verb->add_option("--task", given.task, "of this task alone: NAME, NAME[ID], or the array id of a bare command");
  verb->add_option("--attempt", given.log.attempt, "of this attempt; the latest when left out")->check(whole_number(1, UINT32_MAX));
  verb->add_flag("--failed", given.log.failed, "only of tasks that failed");
  verb->add_option("--tail", given.log.tail, "only the last lines of each")->check(whole_number(0, kRowsMost));
  verb->add_flag("--follow,-f", given.log.follow, "go on until they have ended");
  verb->add_flag("--stdout", given.log.only_stdout, "standard output only");
  verb->add_flag("--stderr", given.log.only_stderr, "standard error only");
}

}  // namespace argosy::client
