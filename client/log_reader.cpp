#include "client/log_reader.h"

#include <iostream>
#include <set>
#include <utility>

#include "schemas/base64.h"
#include "schemas/states.h"

namespace argosy::client {
namespace {

using nlohmann::json;

constexpr std::uint64_t kPage = 1'048'576;
constexpr Duration kFollowEvery = milliseconds(500);

// Reads one attempt's log from where it stopped.
class Reader {
 public:
  Reader(Cli& cli, std::uint64_t execution, std::string task, const LogOptions& options)
      : cli_(cli), arguments_{{"execution", execution}, {"limit", kPage}}, options_(options) {
    if (!task.empty()) arguments_["task"] = std::move(task);
    if (options.attempt) arguments_["attempt"] = *options.attempt;
  }

  // Appends a page of what is there now; false: there is no more. Failure: a refusal.
  Outcome<bool> read(std::string& out, std::string& err) {
    arguments_["offset"] = offset_;
    const auto page = cli_.ask("logs.read", arguments_);
    if (!page) return page.error();
    ended_ = (*page)["ended"].get<bool>();
    if (is_another((*page)["attempt"])) return true;
    const auto bytes = from_base64((*page)["data"].get_ref<const std::string&>());
    if (!bytes || bytes->empty()) return false;
    take((*page)["pieces"], *bytes, out, err);
    offset_ += bytes->size();
    return true;
  }

  bool ended() const { return ended_; }
  std::optional<std::uint64_t> attempt() const { return attempt_; }

 private:
  // The latest attempt is another than before: the page is from the middle of its log, which is read from its beginning.
  bool is_another(const json& latest) {
    if (latest.is_null() || options_.attempt) return false;
    const auto before = std::exchange(attempt_, latest.get<std::uint64_t>());
    if (!before || before == attempt_) return false;
    offset_ = 0;
    return true;
  }

  void take(const json& pieces, const std::string& bytes, std::string& out, std::string& err) const {
    std::size_t at = 0;
    for (const auto& piece : pieces) {
      const bool is_err = piece["stream"] == "stderr";
      const auto length = piece["length"].get<std::size_t>();
      if (!(is_err && options_.only_stdout) && !(!is_err && options_.only_stderr)) (is_err ? err : out).append(bytes, at, length);
      at += length;
    }
  }

  Cli& cli_;
  json arguments_;
  const LogOptions& options_;
  std::uint64_t offset_ = 0;
  std::optional<std::uint64_t> attempt_;
  bool ended_ = false;
};

Outcome<std::vector<std::string>> tasks_to_read(Cli& cli, std::uint64_t execution, const LogOptions& options) {
  json arguments{{"execution", execution}};
  if (!options.task.empty()) arguments["task"] = options.task;
  if (options.failed) arguments["status"] = {"failed", "interrupted"};
  const auto rows = cli.ask_all("task.list", arguments, 0);
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (const auto& row : *rows) {
    if (!row["attempt"].is_null() || options.follow) out.push_back(row["task"].get<std::string>());
  }
  return out;
}

// Until there may be more to read. The exit status where that was interrupted.
int wait_for_more(Cli& cli) {
  const auto session = cli.session(true);
  if (!session) return cli.fail(session.error());
  return (*session)->pause(kFollowEvery) ? cli.done(Exit::interrupted) : 0;
}

int print_json(Cli& cli, std::uint64_t execution, const std::vector<std::string>& tasks, const LogOptions& options) {
  json rows = json::array();
  for (const auto& task : tasks) {
    Reader reader(cli, execution, task, options);
    std::string out, err;
    for (bool more = true; more;) {
      const auto read = reader.read(out, err);
      if (!read) return cli.fail(read.error());
      more = *read;
      if (more || !options.follow || reader.ended()) continue;
      if (const int status = wait_for_more(cli); status != 0) return status;
      more = true;
    }
    if (options.tail) {
      out = last_lines(out, *options.tail);
      err = last_lines(err, *options.tail);
    }
    rows.push_back({{"task", task}, {"attempt", reader.attempt() ? json(*reader.attempt()) : json(nullptr)}, {"stdout", out}, {"stderr", err}});
  }
  cli.output().list(rows, {});
  return 0;
}

// Page by page, both streams in the order of writing: a log may be larger than memory.
int print_text(Cli& cli, std::uint64_t execution, const std::string& task, const LogOptions& options) {
  Reader reader(cli, execution, task, options);
  bool for_tail = options.tail.has_value();
  std::string text;
  while (true) {
    const auto more = reader.read(text, text);
    if (!more) return cli.fail(more.error());
    if (for_tail) text = last_lines(text, *options.tail);
    if (for_tail && *more) continue;
    for_tail = false;
    std::cout << text << std::flush;
    text.clear();
    if (*more) continue;
    if (!options.follow || reader.ended()) return 0;
    if (const int status = wait_for_more(cli); status != 0) return status;
  }
}

int print_each(Cli& cli, std::uint64_t execution, const std::vector<std::string>& tasks, const LogOptions& options, bool headings) {
  for (const auto& task : tasks) {
    if (headings && cli.output_format() == Format::table) std::cout << "==> " << task << " <==\n";
    const int status = print_text(cli, execution, task, options);
    if (status != 0) return status;
  }
  return 0;
}

// Each task once it has failed, until the execution has ended; JSON: all of them then.
int follow_failures(Cli& cli, std::uint64_t execution, const LogOptions& options) {
  const bool at_the_end = cli.output_format() == Format::json;
  std::set<std::string> shown;
  for (json before; true;) {
    const auto rows = cli.ask("execution.show", {{"select", {std::to_string(execution)}}});
    if (!rows) return cli.fail(rows.error());
    const json& row = rows->front();
    const bool ended = is_terminal(static_cast<ExecutionStatus>(row["status_code"].get<int>()));
    json failures = json::array({row["tasks"]["failed"], row["tasks"]["interrupted"]});
    if (ended || (!at_the_end && failures != before)) {
      auto tasks = tasks_to_read(cli, execution, options);
      if (!tasks) return cli.fail(tasks.error());
      if (at_the_end) return print_json(cli, execution, *tasks, options);
      std::erase_if(*tasks, [&](const std::string& task) { return !shown.insert(task).second; });
      if (const int status = print_each(cli, execution, *tasks, options, true); status != 0) return status;
    }
    if (ended) return 0;
    before = std::move(failures);
    if (const int status = wait_for_more(cli); status != 0) return status;
  }
}

}  // namespace

std::string last_lines(const std::string& text, std::uint64_t lines) {
  if (lines == 0) return {};
  std::size_t at = text.size();
  if (at > 0 && text[at - 1] == '\n') --at;
  for (; at > 0; --at) {
    if (text[at - 1] == '\n' && --lines == 0) break;
  }
  return text.substr(at);
}

int print_logs(Cli& cli, std::uint64_t execution, const LogOptions& options) {
  if (const auto session = cli.session(options.follow); !session) return cli.fail(session.error());
  if (options.follow && options.failed) return follow_failures(cli, execution, options);
  const auto tasks = tasks_to_read(cli, execution, options);
  if (!tasks) return cli.fail(tasks.error());
  if (cli.output_format() == Format::json) return print_json(cli, execution, *tasks, options);
  return print_each(cli, execution, *tasks, options, tasks->size() > 1);
}

}  // namespace argosy::client
