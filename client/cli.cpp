#include "client/cli.h"

#include <csignal>
#include <iostream>
#include <unistd.h>

#include "client/legible.h"
#include "client/wrapped.h"

namespace argosy::client {

using nlohmann::json;

namespace {

// What is no UTF-8 in it is replaced: then it names nothing that is there, and that is the answer.
std::string text_of(const json& arguments) { return arguments.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

Cli::Cli() = default;
Cli::~Cli() = default;

CLI::App* Cli::verb(CLI::App& noun, const std::string& name, const std::string& help, std::function<int()> run) {
  CLI::App* sub = noun.add_subcommand(name, help);
  sub->callback([this, run = std::move(run)] { chosen = run; });
  return sub;
}

Format Cli::output_format() const {
  return format == "json" ? Format::json : format == "quiet" ? Format::quiet : Format::table;
}

Output& Cli::output() {
  if (!output_) output_ = Output::make(output_format(), std::cout, terminal_width(STDOUT_FILENO));
  return *output_;
}

Outcome<Profile> Cli::profile() const {
  auto loaded = load_profile(folder(), as);
  if (!loaded) return trouble(loaded.error(), Exit::usage);
  return std::move(*loaded);
}

Outcome<Session*> Cli::session(bool interruptible) {
  if (session_) return session_.get();
  const auto loaded = profile();
  if (!loaded) return loaded.error();
  SessionOptions options;
  options.patience = {static_cast<std::int64_t>(patience_seconds * 1e6)};
  options.note = [](const std::string& note) { std::cerr << "argosy: " << legible(note) << "\n"; };
  if (interruptible) {
    signals_ = std::make_unique<fabric::Signals>(std::initializer_list<int>{SIGINT, SIGTERM});
    options.interrupt_fd = signals_->fd();
  }
  auto opened = Session::open(*loaded, options);
  if (!opened) return opened.error();
  session_ = std::move(*opened);
  return session_.get();
}

Outcome<json> Cli::ask(const std::string& verb, const json& arguments, std::optional<ShardId> shard) {
  const auto talk = session();
  if (!talk) return talk.error();
  const auto answer = (*talk)->ask(verb, text_of(arguments), shard);
  if (!answer) return answer.error();
  json document = json::parse(answer->document, nullptr, false);
  if (document.is_discarded()) return Trouble{Exit::failed, verb + " was answered by what is no JSON"};
  return document;
}

Outcome<json> Cli::ask_all(const std::string& verb, json arguments, std::size_t most) {
  const auto talk = session();
  if (!talk) return talk.error();
  json rows = json::array();
  while (true) {
    if (most > 0) arguments["limit"] = std::min<std::size_t>(most - rows.size(), 10'000);
    const auto answer = (*talk)->ask(verb, text_of(arguments));
    if (!answer) return answer.error();
    json page = json::parse(answer->document, nullptr, false);
    if (!page.is_array()) return Trouble{Exit::failed, verb + " was answered by what is no list"};
    for (auto& row : page) rows.push_back(std::move(row));
    if (answer->next.empty() || (most > 0 && rows.size() >= most)) return rows;
    arguments["page"] = answer->next;
  }
}

int Cli::fail(const Trouble& trouble) {
  std::cout.flush();
  const std::string head = "argosy: ";
  std::cerr << head << wrapped(legible(trouble.message), terminal_width(STDERR_FILENO), head.size()) << "\n";
  return static_cast<int>(trouble.exit);
}

int Cli::show_one(const std::string& verb, const json& arguments, const Listing& how) {
  const auto document = ask(verb, arguments);
  if (!document) return fail(document.error());
  output().one(*document, how);
  return done(Exit::succeeded);
}

int Cli::show_list(const std::string& verb, const json& arguments, const Listing& how, std::size_t most) {
  const auto rows = ask_all(verb, arguments, most);
  if (!rows) return fail(rows.error());
  output().list(*rows, how);
  return done(Exit::succeeded);
}

}  // namespace argosy::client
