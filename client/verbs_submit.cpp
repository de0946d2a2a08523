// submit: packages of projects and bare commands, one or a batch.
#include <algorithm>
#include <iostream>
#include <set>

#include "base/counted.h"
#include "base/quantity.h"
#include "base/text.h"
#include "client/batch_file.h"
#include "client/cli.h"
#include "client/command_package.h"
#include "client/content.h"
#include "client/ending.h"
#include "client/numbers.h"
#include "client/submit_rows.h"
#include "client/wait.h"
#include "fabric/clock.h"
#include "fabric/digest.h"
#include "fabric/sealing.h"
#include "schemas/check_package.h"
#include "schemas/codec.h"
#include "schemas/reflect.h"
#include "schemas/source_files.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct SubmitArguments {
  std::string package;
  std::vector<std::string> parameters;
  std::string version, environment, batch, key, timeout;
  std::vector<std::string> workers, tags;
  int priority = 0;
  bool wait = false;
  std::string array, each_line, from_json;
  CommandOptions command;
};

// What all executions of one `submit` share.
struct Prepared {
  Submit submit;
  Package asked;  // name and parameters of a project's package; no name: it is none, or not there
};

// "name=value", "name=@file".
Outcome<std::pair<std::string, std::string>> read_parameter(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return usage("-p '" + printable(text) + "': write NAME=VALUE or NAME=@FILE");
  std::string value = text.substr(equals + 1);
  if (value.starts_with('@')) {
    auto read = read_text_file(value.substr(1), limits::kParameterBytes + 1);
    if (!read) return trouble(read.error(), Exit::usage);
    value = std::move(*read);
    if (value.ends_with('\n')) value.pop_back();  // the line break that editors leave
  }
  return std::pair{text.substr(0, equals), std::move(value)};
}

// Splits FOLDER/PROJECT/PACKAGE; a name alone is looked for in all projects.
Outcome<std::pair<std::string, std::string>> find_package(Cli& cli, const std::string& text) {
  const auto slash = text.rfind('/');
  if (slash != std::string::npos) return std::pair{text.substr(0, slash), text.substr(slash + 1)};
  const auto projects = cli.ask_all("project.list", json::object(), 0);
  if (!projects) return projects.error();
  std::vector<std::string> homes, all;
  for (const auto& project : *projects) {
    for (const auto& name : project["packages"]) {
      all.push_back(name.get<std::string>());
      if (name == text) homes.push_back(project["project"].get<std::string>());
    }
  }
  if (homes.size() == 1) return std::pair{homes.front(), text};
  if (homes.empty()) {
    const auto near = nearest(text, all);
    return Trouble{Exit::failed, "there is no package " + printable(text) + (near ? "; did you mean " + *near + "?" : "; `argosy project list` shows all") +
                                     " (a bare command stands behind --)"};
  }
  std::string places;
  for (const auto& home : homes) places += (places.empty() ? "" : ", ") + home + "/" + text;
  return usage("package " + text + " is in several projects; name one: " + places);
}

Outcome<std::optional<ItemList>> read_items(const SubmitArguments& given) {
  const int sources = !given.array.empty() + !given.each_line.empty() + !given.from_json.empty();
  if (sources == 0) return std::optional<ItemList>();
  if (sources > 1) return usage("--array, --each-line and --from-json exclude each other");
  if (!given.array.empty()) {
    auto items = parse_item_ranges(given.array);
    if (!items) return usage("--array: " + items.error().message);
    return std::optional<ItemList>(std::move(*items));
  }
  auto packed = given.each_line.empty() ? items_of_json_file(given.from_json) : items_of_lines_file(given.each_line);
  if (!packed) return trouble(packed.error(), Exit::usage);
  return std::optional<ItemList>(ItemList{false, {}, std::move(*packed)});
}

Outcome<Prepared> prepare_command(Cli& cli, SubmitArguments& given) {
  if (cli.command.empty()) return usage("no command stands behind --");
  auto items = read_items(given);
  if (!items) return items.error();
  given.command.argv = cli.command;
  given.command.items = std::move(*items);
  if (!given.command.cwd.empty()) given.command.cwd = std::filesystem::absolute(given.command.cwd).lexically_normal().string();
  std::string digest;
  const bool blob = given.command.items && needs_blob(*given.command.items);
  if (blob) digest = fabric::Sha256::hex_of(given.command.items->packed.bytes);
  const auto package = command_package(given.command, digest);
  if (!package) return trouble(package.error(), Exit::usage);
  if (const auto problems = check_package(*package); !problems.empty()) return usage(join_problems(problems));
  const auto session = cli.session(true);
  if (!session) return session.error();
  if (blob) {
    const auto put = put_content(**session, digest, given.command.items->packed.bytes);
    if (!put) return put.error();
  }
  Prepared out;
  out.submit.inline_package = *package;
  return out;
}

Parameter parameter_of(const json& shown) {
  Parameter out;
  out.name = shown["name"].get<std::string>();
  const auto& types = reflect::names_of<ParameterType>;
  const auto type = std::find(types.begin(), types.end(), shown["type"].get<std::string>());
  if (type != types.end()) out.type = static_cast<ParameterType>(type - types.begin());  // else a newer master's: it checks it
  out.required = shown["required"].get<bool>();
  out.sensitive = shown["sensitive"].get<bool>();
  if (shown["from"].is_string()) out.from = shown["from"].get<std::string>();
  return out;
}

Outcome<Prepared> prepare_package(Cli& cli, const SubmitArguments& given) {
  if (given.package.empty()) return usage("which package? Or a bare command behind --, as in: argosy submit -- CMD ARGS");
  const CommandOptions& command = given.command;
  const bool for_commands = !given.array.empty() || !given.each_line.empty() || !given.from_json.empty() || !command.cwd.empty() ||
                            !command.env.empty() || !command.resources.empty() || !command.time.empty() || command.retries > 0 ||
                            !command.max_failures.empty();
  if (for_commands) {
    return usage("--array, --each-line, --from-json, --cwd, --env, --resources, --time, --retry and --max-failures are for bare "
                 "commands; a package's manifest has them");
  }
  if (const auto session = cli.session(true); !session) return session.error();
  const auto place = find_package(cli, given.package);
  if (!place) return place.error();
  Prepared out;
  std::tie(out.submit.project, out.submit.package) = *place;
  out.submit.version = given.version;
  const auto project = cli.ask("project.show", {{"project", out.submit.project}, {"version", given.version}});
  if (!project) return project.error();
  for (const auto& package : (*project)["packages"]) {
    if (package["name"] != out.submit.package) continue;
    out.asked.name = out.submit.package;
    for (const auto& parameter : package["parameters"]) out.asked.parameters.push_back(parameter_of(parameter));
  }
  return out;
}

// Sensitive values leave this machine only sealed.
Outcome<Done> set_parameters(Cli& cli, const Prepared& prepared, const std::map<std::string, std::string>& values, Submit& submit) {
  const auto& known = prepared.asked.parameters;
  for (const auto& [name, value] : values) {
    if (std::none_of(known.begin(), known.end(), [&](const Parameter& one) { return one.sensitive && one.name == name; })) {
      submit.parameters[name] = value;
      continue;
    }
    if (value.find('\0') != std::string::npos) return usage("params." + name + ": its value holds NUL, which no shell variable can");
    const auto key = load_catalog_key(Layout{cli.folder()});
    if (!key) return trouble(key.error());
    submit.sealed[name] = fabric::seal(*key, value);
  }
  return Done{};
}

Outcome<std::map<std::string, std::string>> shared_parameters(const SubmitArguments& given) {
  std::map<std::string, std::string> shared;
  for (const auto& text : given.parameters) {
    auto parameter = read_parameter(text);
    if (!parameter) return parameter.error();
    const auto [at, fresh] = shared.emplace(std::move(*parameter));
    if (!fresh) return usage("-p " + printable(at->first) + " is given twice");
  }
  return shared;
}

// What each execution is given: its row, and under it what all share.
Outcome<std::vector<BatchRow>> read_rows(const SubmitArguments& given) {
  auto shared = shared_parameters(given);
  if (!shared) return shared.error();
  if (given.batch.empty()) return std::vector<BatchRow>{std::move(*shared)};
  const auto text = read_text_file(given.batch, limits::kItemListBytes);
  if (!text) return trouble(text.error(), Exit::usage);
  auto rows = parse_batch(*text, given.batch);
  if (!rows) return trouble(rows.error(), Exit::usage);
  for (auto& row : *rows) row.insert(shared->begin(), shared->end());
  return std::move(*rows);
}

Outcome<std::vector<Submit>> make_submits(Cli& cli, const SubmitArguments& given, const Prepared& prepared, const std::vector<BatchRow>& rows) {
  const std::string key = given.key.empty() ? fabric::random_key_text() : given.key;
  const bool batch = !given.batch.empty();
  std::vector<Submit> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Submit submit = prepared.submit;
    if (auto set = set_parameters(cli, prepared, rows[i], submit); !set) return set.error();
    submit.key = batch ? key + "-" + std::to_string(i + 1) : key;
    submit.batch = batch ? key : "";
    submit.environment = given.environment;
    submit.workers = given.workers;
    submit.worker_tags = given.tags;
    submit.priority = given.priority;
    submit.watch = given.wait && !batch;
    out.push_back(std::move(submit));
  }
  return out;
}

// A variable that the environment does not have gives its parameter nothing.
Outcome<Package> without_unset_variables(Cli& cli, const SubmitArguments& given, Package asked) {
  std::set<std::string> variables;
  if (!given.environment.empty()) {
    const auto shown = cli.ask("environment.show", {{"environment", given.environment}});
    if (!shown) return shown.error();
    for (const auto& variable : (*shown)["variables"]) variables.insert(variable["name"].get<std::string>());
  }
  for (auto& parameter : asked.parameters) {
    if (!variables.contains(parameter.from)) parameter.from.clear();
  }
  return asked;
}

// Before the first is sent, so that a slip in one row leaves no half batch behind. With a key of the user's, the rows that
// look wrong are said to the master first: it may have accepted them when the package was another one.
Outcome<Done> check_batch(Cli& cli, const SubmitArguments& given, const Prepared& prepared, const std::vector<BatchRow>& rows,
                          const std::vector<Submit>& submits) {
  if (prepared.asked.name.empty()) return Done{};
  const auto asked = without_unset_variables(cli, given, prepared.asked);
  if (!asked) return asked.error();
  const auto wrong = check_rows(*asked, rows);
  if (wrong.empty()) return Done{};
  if (!given.key.empty()) {
    const auto session = cli.session();
    if (!session) return session.error();
    std::vector<Submit> suspects;
    for (const auto& one : wrong) suspects.push_back(submits[one.row]);
    if (send_all(**session, suspects).accepted() == suspects.size()) return Done{};
  }
  return usage(lines_of(wrong) + "\n" + std::to_string(wrong.size()) + " of " + counted(rows.size(), "row") + " cannot be submitted, so the others were not sent");
}

// What all rows share is in the first; a file of rows was looked at when it was read. A master could not even answer it.
Status check_texts(const Submit& submit) {
  const auto heard = decode_body(Submit::word, encode_body(submit));
  return heard ? Status(Done{}) : Status(Error{heard.error().message});
}

// What to say where not all was accepted.
std::optional<Trouble> shortfall(const Sent& sent, const Submit& first) {
  if (sent.refused.empty() && !sent.cut) return std::nullopt;
  const bool batch = !first.batch.empty();
  const std::string again = "with --idempotency-key " + printable(batch ? first.batch : first.key);
  if (!batch && sent.cut) return Trouble{sent.cut->exit, sent.cut->message + "; the same again " + again + " adds no second execution"};
  if (!batch) return sent.refused.front().what;
  std::string text = sent.cut ? sent.cut->message : lines_of(sent.refused);
  text += "\n" + std::to_string(sent.accepted()) + " of " + counted(sent.executions.size(), "row") + " accepted, " + std::to_string(sent.refused.size()) + " refused";
  text += sent.refused.empty() ? "; the same again " : "; mend the refused rows where they stand (do not move or remove any row), and the same again ";
  return Trouble{sent.cut ? sent.cut->exit : sent.refused.front().what.exit, text + again + " adds no second execution"};
}

const Listing& listing() {
  static const Listing how{{{"ROW", "row", Show::count}, {"EXECUTION", "execution", Show::count}, {"STATUS", "status"}}, "execution", "no execution was made"};
  return how;
}

int print_accepted(Cli& cli, const std::vector<ExecutionId>& executions, bool batch, const std::map<ExecutionId, Changed>* ends) {
  json rows = json::array();
  for (std::size_t i = 0; i < executions.size(); ++i) {
    if (executions[i].value == 0) continue;
    json row{{"execution", executions[i].value}};
    if (batch) row["row"] = i + 1;
    if (ends != nullptr) {
      const Changed& end = ends->at(executions[i]);
      row["status"] = to_string(end.status);
      row["status_code"] = static_cast<int>(end.status);
      row["tasks"] = {{"total", end.counts.total}, {"succeeded", end.counts.succeeded}, {"failed", end.counts.failed},
                      {"canceled", end.counts.canceled}, {"interrupted", end.counts.interrupted}, {"skipped", end.counts.skipped}};
    }
    rows.push_back(std::move(row));
  }
  if (batch) {
    cli.output().list(rows, listing());
  } else {
    cli.output().one(rows.front(), {{{"execution", "execution"}, {"status", "status"}}, "execution", ""});
  }
  return 0;
}

int wait_for_all(Cli& cli, Session& session, const Sent& sent, bool batch, const WaitOptions& options) {
  std::vector<ExecutionId> sorted = sent.executions;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.front().value == 0) sorted.erase(sorted.begin());
  const auto ends = wait_for(session, sorted, options);
  if (!ends) {
    if (cli.output_format() != Format::table) print_accepted(cli, sent.executions, batch, nullptr);
    const std::string which = std::to_string(sorted.front().value) + (sorted.size() > 1 ? "-" + std::to_string(sorted.back().value) : "");
    return cli.fail({ends.error().exit, "execution " + which + ": " + ends.error().message + "; `argosy execution wait " + which + "` waits again"});
  }
  print_accepted(cli, sent.executions, batch, &*ends);
  say_ending(cli, *ends);
  return cli.done(exit_of(*ends));
}

int run_submit(Cli& cli, SubmitArguments& given) {
  if (cli.has_command && !given.package.empty()) return cli.fail(usage("a package or a bare command, not both"));
  std::optional<Duration> timeout;
  if (!given.timeout.empty()) {
    const auto parsed = parse_duration(given.timeout);
    if (!parsed) return cli.fail(usage("--timeout: " + parsed.error().message));
    timeout = *parsed;
  }
  // Files first: from the session on an interruption is told with the key, and one that comes while standard input is read
  // would wait for its end.
  const auto rows = read_rows(given);
  if (!rows) return cli.fail(rows.error());
  const auto prepared = cli.has_command ? prepare_command(cli, given) : prepare_package(cli, given);
  if (!prepared) return cli.fail(prepared.error());
  const auto session = cli.session();
  const auto submits = make_submits(cli, given, *prepared, *rows);
  if (!submits) return cli.fail(submits.error());
  if (const auto good = check_texts(submits->front()); !good) return cli.fail(usage(good.error().message));
  const bool batch = !given.batch.empty();
  if (const auto good = batch ? check_batch(cli, given, *prepared, *rows, *submits) : Done{}; !good) return cli.fail(good.error());
  const Sent sent = send_all(**session, *submits);
  const auto missing = shortfall(sent, submits->front());
  if (missing && (!batch || sent.accepted() == 0)) return cli.fail(*missing);
  if (!given.wait || sent.cut) {
    print_accepted(cli, sent.executions, batch, nullptr);
    return missing ? cli.fail(*missing) : 0;
  }
  if (missing) cli.fail(*missing);
  const WaitOptions options{timeout, cli.output_format() == Format::table, batch || sent.repeated ? "" : submits->front().key};
  const int status = wait_for_all(cli, **session, sent, batch, options);
  return missing ? static_cast<int>(missing->exit) : status;
}

}  // namespace

void add_submit_verb(CLI::App& app, Cli& cli) {
  static SubmitArguments given;
  // An empty one is a script's variable that was not set: it must not run something else than was meant.
  const CLI::Validator something([](std::string& text) { return text.empty() ? std::string("it is empty") : std::string(); }, "");
  CLI::App* submit = cli.verb(app, "submit", "runs a package, or a bare command: argosy submit -- CMD ARGS", [&cli] { return run_submit(cli, given); });
  submit->add_option("package", given.package, "FOLDER/PROJECT/PACKAGE, or the package's name where only one project has it");
  submit->add_option("-p,--parameter", given.parameters, "NAME=VALUE or NAME=@FILE; sensitive ones leave this machine sealed")->allow_extra_args(false);
  submit->add_option("--environment", given.environment, "FOLDER/NAME that gives parameters their values")->check(something);
  submit->add_option("--project-version", given.version, "digest of the project's version; the newest when left out")->check(something);
  submit->add_option("--batch", given.batch, "JSON lines or CSV: one execution a row, columns are parameters; - is standard input")->check(something);
  submit->add_option("--worker", given.workers, "only on this worker; again for more")->allow_extra_args(false);
  submit->add_option("--worker-tag", given.tags, "only on workers with this tag; again for more")->allow_extra_args(false);
  submit->add_option("--priority", given.priority, "-1000 … 1000, higher goes first")->check(whole_number(-1000, 1000));
  submit->add_option("--idempotency-key", given.key, "the same key and the same request give the same execution")->check(something);
  submit->add_flag("--wait", given.wait, "until it has ended; the exit status tells how");
  submit->add_option("--timeout", given.timeout, "of --wait, as in 30s; the execution goes on");
  submit->add_option("--array", given.array, "an item for each number: 1-1000, 1-1000:2, 1,3,5-9")->check(something);
  submit->add_option("--each-line", given.each_line, "an item for each line of this file")->check(something);
  submit->add_option("--from-json", given.from_json, "an item for each value of this JSON array or JSON lines")->check(something);
  submit->add_option("--cwd", given.command.cwd, "folder to run in, the same on all workers; a fresh one when left out")->check(something);
  submit->add_option("--env", given.command.env, "NAME=VALUE for the command; again for more")->allow_extra_args(false);
  submit->add_option("--resources", given.command.resources, "what it reserves: cpu=4,memory=8GiB");
  submit->add_option("--time", given.command.time, "running time that ends it, as in 30m");
  submit->add_option("--retry", given.command.retries, "attempts after the first that failed")->check(whole_number(0, 1000));
  submit->add_option("--max-failures", given.command.max_failures, "items that may fail: 5 or 5%");
}

}  // namespace argosy::client
