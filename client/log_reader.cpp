#include "client/log_reader.h"

#include <iostream>

#include "fabric/clock.h"
#include "schemas/base64.h"

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

  // Appends what is there now. Failure: a refusal.
  Outcome<Done> read(std::string& out, std::string& err) {
    while (true) {
      arguments_["offset"] = offset_;
      const auto page = cli_.ask("logs.read", arguments_);
      if (!page) return page.error();
      ended_ = (*page)["ended"].get<bool>();
      if (!(*page)["attempt"].is_null() && !options_.attempt) follow_attempt((*page)["attempt"].get<std::uint64_t>());
      const auto bytes = from_base64((*page)["data"].get_ref<const std::string&>());
      if (!bytes || bytes->empty()) return Done{};
      take((*page)["pieces"], *bytes, out, err);
      offset_ += bytes->size();
    }
  }

  bool ended() const { return ended_; }
  std::optional<std::uint64_t> attempt() const { return attempt_; }

 private:
  // The latest attempt is another than before: its log begins anew.
  void follow_attempt(std::uint64_t attempt) {
    if (attempt_ && *attempt_ != attempt) offset_ = 0;
    attempt_ = attempt;
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

// People want both streams in the order of writing: one text for both.
Outcome<Done> read_mixed(Reader& reader, const LogOptions&, std::string& text) { return reader.read(text, text); }

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

int print_json(Cli& cli, std::uint64_t execution, const std::vector<std::string>& tasks, const LogOptions& options) {
  json rows = json::array();
  for (const auto& task : tasks) {
    Reader reader(cli, execution, task, options);
    std::string out, err;
    const auto read = reader.read(out, err);
    if (!read) return cli.fail(read.error());
    if (options.tail) {
      out = last_lines(out, *options.tail);
      err = last_lines(err, *options.tail);
    }
    rows.push_back({{"task", task}, {"attempt", reader.attempt() ? json(*reader.attempt()) : json(nullptr)}, {"stdout", out}, {"stderr", err}});
  }
  cli.output().list(rows, {});
  return 0;
}

int print_text(Cli& cli, std::uint64_t execution, const std::string& task, const LogOptions& options) {
  Reader reader(cli, execution, task, options);
  bool first = true;
  while (true) {
    std::string text;
    const auto read = read_mixed(reader, options, text);
    if (!read) return cli.fail(read.error());
    if (first && options.tail) text = last_lines(text, *options.tail);
    first = false;
    std::cout << text << std::flush;
    if (!options.follow || reader.ended()) return 0;
    const auto session = cli.session(true);
    if (!session) return cli.fail(session.error());
    const Time until = fabric::read_steady() + kFollowEvery;
    for (Incoming incoming = (*session)->next(until); !std::holds_alternative<TimedOut>(incoming); incoming = (*session)->next(until)) {
      if (std::holds_alternative<Interrupted>(incoming)) return cli.done(Exit::interrupted);
    }
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
  const auto tasks = tasks_to_read(cli, execution, options);
  if (!tasks) return cli.fail(tasks.error());
  if (cli.output_format() == Format::json) return print_json(cli, execution, *tasks, options);
  for (const auto& task : *tasks) {
    if (tasks->size() > 1 && cli.output_format() == Format::table) std::cout << "==> " << task << " <==\n";
    const int status = print_text(cli, execution, task, options);
    if (status != 0) return status;
  }
  return 0;
}

}  // namespace argosy::client
