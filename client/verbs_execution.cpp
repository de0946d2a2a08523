// execution list, show, wait, watch, cancel, retry, explain.
#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

#include "base/quantity.h"
#include "client/choices.h"
#include "client/cli.h"
#include "client/ending.h"
#include "client/explanation.h"
#include "client/numbers.h"
#include "client/retry.h"
#include "client/selection.h"
#include "client/wait.h"
#include "schemas/selectors.h"

namespace argosy::client {
namespace {

using nlohmann::json;

constexpr std::size_t kCanceledAtOnce = 10'000;

struct ExecutionArguments {
  std::vector<std::string> select;
  std::vector<std::string> statuses;
  std::string package, project, timeout, task;
  std::optional<std::size_t> limit;
};

const Listing& rows() {
  static const Listing how{{{"ID", "id", Show::count}, {"PACKAGE", "package", Show::text, true}, {"STATUS", "status"},
                            {"TASKS", "tasks.total", Show::count}, {"DONE", "tasks.succeeded", Show::count},
                            {"FAILED", "tasks.failed", Show::count}, {"CREATED", "created_at", Show::time}},
                           "id", "no execution; `argosy submit` makes one"};
  return how;
}

const Listing& card() {
  static const Listing how{{{"execution", "id"}, {"package", "package"}, {"project", "project"}, {"version", "version"},
                            {"status", "status"}, {"detail", "detail"}, {"created", "created_at", Show::time}, {"started", "started_at", Show::time},
                            {"ended", "ended_at", Show::time}, {"submitter", "submitter"}, {"environment", "environment"}, {"retry of", "retry_of"},
                            {"tasks", "tasks.total"}, {"  waiting", "tasks.waiting"}, {"  ready", "tasks.ready"}, {"  running", "tasks.running"},
                            {"  succeeded", "tasks.succeeded"}, {"  failed", "tasks.failed"}, {"  canceled", "tasks.canceled"},
                            {"  interrupted", "tasks.interrupted"}, {"  skipped", "tasks.skipped"}},
                           "id", ""};
  return how;
}

std::vector<std::string> statuses(bool unended_only = false) {
  std::vector<std::string> out;
  for (int code = 1; code <= 9; ++code) {
    const auto status = static_cast<ExecutionStatus>(code);
    if (status != ExecutionStatus::pending && !(unended_only && is_terminal(status))) out.emplace_back(to_string(status));
  }
  return out;
}

// A list where several may be meant, one object where only one can be.
Outcome<bool> names_one(const std::vector<std::string>& select) {
  bool one = select.size() == 1;
  for (const auto& text : select) {
    const auto selector = parse_selector(text);
    if (!selector) return usage(selector.error().message);
    one = one && (selector->kind == SelectorKind::one || selector->kind == SelectorKind::last);
  }
  return one;
}

int list(Cli& cli, const ExecutionArguments& given) {
  json arguments = json::object();
  if (!given.select.empty()) {
    if (const auto checked = names_one(given.select); !checked) return cli.fail(checked.error());
    arguments["select"] = given.select;
  }
  if (!given.statuses.empty()) arguments["status"] = given.statuses;
  if (!given.package.empty()) arguments["package"] = given.package;
  if (!given.project.empty()) arguments["project"] = given.project;
  const bool bounded = given.select.empty() && cli.output_format() == Format::table;
  Listing how = rows();
  if (!arguments.empty()) how.nothing = "no execution is like that; `argosy execution list` shows all";
  return cli.show_list("execution.list", arguments, how, given.limit.value_or(bounded ? 100 : 0));
}

int show_one(Cli& cli, const std::string& selector) {
  const auto document = cli.ask("execution.show", {{"select", {selector}}, {"failures", 20}});
  if (!document) return cli.fail(document.error());
  cli.output().one(document->at(0), card());
  const json failures = document->at(0).value("failures", json::array());
  if (cli.output_format() == Format::table && !failures.empty()) {
    std::cout << "\nattempts that failed, were lost or canceled:\n";
    cli.output().list(failures, {{{"TASK", "task"}, {"ATTEMPT", "attempt", Show::count}, {"WORKER", "worker"}, {"REASON", "reason"},
                                  {"ENDED", "ended_at", Show::time}, {"DETAIL", "detail", Show::text, true}}, "task", ""});
  }
  return 0;
}

int show(Cli& cli, const ExecutionArguments& given) {
  const auto one = names_one(given.select);
  if (!one) return cli.fail(one.error());
  if (*one) return show_one(cli, given.select.front());
  const auto selected = read_selected(cli, given.select);
  if (!selected) return cli.fail(selected.error());
  cli.output().list(*selected, rows());
  return 0;
}

// Those that were selected, each once, oldest first.
Outcome<std::map<ExecutionId, json>> chosen(Cli& cli, const ExecutionArguments& given) {
  const auto selected = read_selected(cli, given.select, given.statuses);
  if (!selected) return selected.error();
  std::map<ExecutionId, json> out;
  for (const auto& row : *selected) {
    const bool wanted = given.statuses.empty() || std::find(given.statuses.begin(), given.statuses.end(), row["status"].get<std::string>()) != given.statuses.end();
    if (wanted) out.emplace(ExecutionId{row["id"].get<std::uint64_t>()}, row);
  }
  return out;
}

int wait(Cli& cli, const ExecutionArguments& given, bool bar) {
  WaitOptions options;
  options.progress = bar && cli.output_format() == Format::table;
  if (!given.timeout.empty()) {
    const auto parsed = parse_duration(given.timeout);
    if (!parsed) return cli.fail(usage("--timeout: " + parsed.error().message));
    options.timeout = *parsed;
  }
  const auto session = cli.session(true);
  if (!session) return cli.fail(session.error());
  const auto executions = chosen(cli, given);
  if (!executions) return cli.fail(executions.error());
  std::vector<ExecutionId> open;
  std::map<ExecutionId, Changed> ended;
  for (const auto& [id, row] : *executions) {
    const auto status = static_cast<ExecutionStatus>(row["status_code"].get<int>());
    if (is_terminal(status)) ended.emplace(id, Changed{{}, id, status, {}});
    else open.push_back(id);
  }
  auto ends = wait_for(**session, open, options);
  if (!ends) return cli.fail(ends.error());
  ends->merge(ended);
  const int status = show(cli, given);
  if (status != 0) return status;
  say_ending(cli, *ends);
  return cli.done(exit_of(*ends));
}

int cancel_one(Cli& cli, const std::string& selector) {
  const auto document = cli.ask("execution.cancel", {{"select", {selector}}});
  if (!document) return cli.fail(document.error());
  cli.output().one(document->at(0), {{{"execution", "execution"}, {"status", "status"}}, "execution", ""});
  if (!document->at(0)["changed"].get<bool>()) {
    const bool ended = is_terminal(static_cast<ExecutionStatus>(document->at(0)["status_code"].get<int>()));
    cli.output().note(ended ? "it had ended already: nothing was canceled" : "it was being canceled already");
  }
  return 0;
}

// Selectors of ranges: numbers in their order, of which many follow one another.
std::vector<std::string> ranges_of(const std::vector<ExecutionId>& ids) {
  std::vector<std::string> out;
  for (std::size_t i = 0, first = 0; i < ids.size(); ++i) {
    if (i + 1 < ids.size() && ids[i + 1].value == ids[i].value + 1) continue;
    out.push_back(std::to_string(ids[first].value) + "-" + std::to_string(ids[i].value));
    first = i + 1;
  }
  return out;
}

// As many as there are: in requests whose answers are bounded. What has ended is told where it was named, not by `all`.
int cancel(Cli& cli, ExecutionArguments given) {
  const auto one = names_one(given.select);
  if (!one) return cli.fail(one.error());
  if (*one) return cancel_one(cli, given.select.front());
  if (given.select == std::vector<std::string>{"all"}) given.statuses = statuses(true);
  const auto executions = chosen(cli, given);
  if (!executions) return cli.fail(executions.error());
  json rows = json::array();
  for (auto at = executions->begin(); at != executions->end();) {
    std::vector<ExecutionId> ids;
    for (; at != executions->end() && ids.size() < kCanceledAtOnce; ++at) ids.push_back(at->first);
    const auto document = cli.ask("execution.cancel", {{"select", ranges_of(ids)}});
    if (!document) return cli.fail(document.error());
    for (const auto& row : *document) rows.push_back(row);
  }
  cli.output().list(rows, {{{"EXECUTION", "execution", Show::count}, {"STATUS", "status"}, {"CHANGED", "changed"}}, "execution", "nothing to cancel"});
  return 0;
}

int retry(Cli& cli, const ExecutionArguments& given) {
  const auto one = names_one(given.select);
  if (!one) return cli.fail(one.error());
  const auto executions = chosen(cli, given);
  if (!executions) return cli.fail(executions.error());
  std::vector<json> rows;
  for (const auto& [id, row] : *executions) rows.push_back(row);
  return retry_executions(cli, rows, *one && given.statuses.empty());
}

int explain(Cli& cli, const ExecutionArguments& given) {
  const auto one = names_one(given.select);
  if (!one) return cli.fail(one.error());
  std::vector<std::uint64_t> ids;
  // A number is asked for as it is: the machine can explain what the catalog, when away, cannot show.
  const auto selector = parse_selector(given.select.front());
  if (*one && selector->kind == SelectorKind::one) {
    ids.push_back(selector->first.value);
  } else {
    const auto executions = chosen(cli, given);
    if (!executions) return cli.fail(executions.error());
    for (const auto& [id, row] : *executions) ids.push_back(id.value);
  }
  std::vector<json> documents;
  for (const auto id : ids) {
    json arguments{{"execution", id}};
    if (!given.task.empty()) arguments["task"] = given.task;
    auto document = cli.ask("execution.explain", arguments);
    if (!document) return cli.fail(document.error());
    documents.push_back(std::move(*document));
  }
  show_explanations(cli, documents, *one);
  return 0;
}

}  // namespace

void add_execution_verbs(CLI::App& app, Cli& cli) {
  static ExecutionArguments given;
  CLI::App* execution = app.add_subcommand("execution", "executions: 17, 3-9, last or all");
  execution->require_subcommand(1);
  const auto with_selectors = [&](CLI::App* verb, bool required) {
    CLI::Option* option = verb->add_option("select", given.select, "17, 3-9, last, all");
    if (required) option->required();
    return verb;
  };
  CLI::App* lists = with_selectors(cli.verb(*execution, "list", "newest first", [&cli] { return list(cli, given); }), false);
  const auto with_statuses = [&](CLI::App* verb) {
    verb->add_option("--status", given.statuses, "only of this status; again for more")->allow_extra_args(false)->check(one_of(statuses()));
  };
  with_statuses(lists);
  lists->add_option("--package", given.package, "only of this package");
  lists->add_option("--project", given.project, "only of this project");
  lists->add_option("--limit", given.limit, "rows at most; 0: all (a table that selects none: 100)")->check(whole_number(0, kRowsMost));
  with_selectors(cli.verb(*execution, "show", "how it stands", [&cli] { return show(cli, given); }), true);
  with_selectors(cli.verb(*execution, "wait", "until all have ended; the exit status tells how", [&cli] { return wait(cli, given, true); }), true)
      ->add_option("--timeout", given.timeout, "as in 30s; the work goes on");
  with_selectors(cli.verb(*execution, "watch", "shows progress until all have ended", [&cli] { return wait(cli, given, true); }), true);
  with_selectors(cli.verb(*execution, "cancel", "stops them for good; committed when it returns", [&cli] { return cancel(cli, given); }), true);
  with_statuses(with_selectors(cli.verb(*execution, "retry", "a new execution of each that did not succeed, carrying over what did", [&cli] { return retry(cli, given); }), true));
  with_selectors(cli.verb(*execution, "explain", "why its tasks are where they are", [&cli] { return explain(cli, given); }), true)
      ->add_option("--task", given.task, "of this task alone");
}

}  // namespace argosy::client
