// catalog migrate, verify, clean, restored, set-endpoint.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "catalog/catalog.h"
#include "catalog/incarnation.h"
#include "client/cli.h"
#include "client/numbers.h"
#include "fabric/clock.h"
#include "fabric/private_file.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct CatalogArguments {
  std::string address;
  bool finish = false;
  std::optional<std::uint64_t> execution, days;
  std::string endpoint, certificate;
};

// 75 only where the same again may do later.
Exit exit_of(catalog::Trouble kind) {
  switch (kind) {
    case catalog::Trouble::refused: return Exit::usage;
    case catalog::Trouble::schema: return Exit::failed;
    default: return Exit::unavailable;
  }
}

// A file of SQLite that nobody can make; empty: none.
std::string place_trouble(const std::string& address) {
  constexpr std::string_view sqlite = "sqlite:";
  if (!address.starts_with(sqlite)) return {};
  const std::filesystem::path file = address.substr(sqlite.size());
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return "catalog " + address + ": is a folder: name a file in it";
  if (!std::filesystem::is_directory(folder, ignored)) return "catalog " + address + ": there is no folder " + folder.string();
  return {};
}

// The database itself, without a master: that of --catalog, or of the folder's master.toml.
Outcome<std::unique_ptr<catalog::Catalog>> open_directly(Cli& cli, const CatalogArguments& given, const catalog::Options& options) {
  std::string address = given.address;
  if (address.empty()) {
    const auto found = master_catalog(Layout{cli.folder()});
    if (!found) return trouble(found.error(), Exit::usage);
    address = *found;
  }
  if (const std::string wrong = place_trouble(address); !wrong.empty()) return usage(wrong);
  catalog::Trouble kind = catalog::Trouble::none;
  auto opened = catalog::Catalog::open(address, options, &kind);
  if (!opened) return trouble(opened.error(), exit_of(kind));
  return std::move(*opened);
}

// Makes or raises the tables; on the master's host, or with an address.
int migrate(Cli& cli, const CatalogArguments& given) {
  catalog::Options options;
  options.migrate = true;
  const auto opened = open_directly(cli, given, options);
  if (!opened) return cli.fail(opened.error());
  if (given.finish) {
    if (const Status finished = (*opened)->finish_migrations(); !finished) return cli.fail(trouble(finished.error(), Exit::failed));
  }
  cli.output().one({{"catalog", (*opened)->address()}, {"migrated", true}, {"finished", given.finish}},
                   {{{"catalog", "catalog"}, {"migrated", "migrated"}, {"finished", "finished"}}, "catalog", ""});
  return 0;
}

std::string user_of_this_process() {
  const char* name = std::getenv("USER");
  return "user " + (name != nullptr && *name != '\0' ? std::string(name) : std::to_string(getuid()));
}

// After a restore from a backup, before any master starts.
int restored(Cli& cli, const CatalogArguments& given) {
  const auto opened = open_directly(cli, given, {});
  if (!opened) return cli.fail(opened.error());
  const auto begun = catalog::begin_incarnation(**opened, user_of_this_process(), fabric::read_wall());
  if (!begun) return cli.fail(trouble(begun.error(), Exit::unavailable));
  char incarnation[17];
  std::snprintf(incarnation, sizeof incarnation, "%016llx", static_cast<unsigned long long>(begun->incarnation));
  cli.output().one({{"catalog", (*opened)->address()}, {"incarnation", incarnation}, {"shards", begun->shards}},
                   {{{"catalog", "catalog"}, {"incarnation", "incarnation"}, {"shards", "shards"}}, "incarnation", ""});
  return 0;
}

// Each problem, and under the last of a kind what it means and what to do. `more`: not all that were found are told.
void explain_problems(const json& problems, bool more) {
  for (std::size_t i = 0; i < problems.size(); ++i) {
    const json& one = problems[i];
    const std::string means = one.value("means", "");
    std::cout << one["rule"].get<std::string>() << ": " << one["text"].get<std::string>() << "\n";
    const bool last = i + 1 == problems.size() || problems[i + 1].value("means", "") != means;
    if (last && !means.empty()) std::cout << "  this means: " << means << "\n  what to do: " << one.value("advice", "") << "\n";
  }
  if (more) std::cout << "there are more problems than these " << problems.size() << "\n";
}

int verify(Cli& cli, const CatalogArguments& given) {
  json arguments = json::object();
  if (given.execution) arguments["execution"] = *given.execution;
  const auto document = cli.ask("catalog.verify", arguments);
  if (!document) return cli.fail(document.error());
  const bool clean = (*document)["clean"].get<bool>();
  if (cli.output_format() == Format::json) {
    cli.output().one(*document, {});
  } else {
    cli.output().one(*document, {{{"clean", "clean"}, {"executions", "executions"}, {"tasks", "tasks"}, {"attempts", "attempts"}, {"log bytes", "log_bytes"}}, "clean", ""});
    explain_problems((*document)["problems"], document->value("more", false));
  }
  return clean ? 0 : cli.done(Exit::failed);
}

int set_endpoint(Cli& cli, const CatalogArguments& given) {
  json arguments{{"endpoint", given.endpoint}};
  if (!given.certificate.empty()) {
    const auto pem = fabric::read_plain_file(given.certificate);
    if (!pem) return cli.fail(trouble(pem.error(), Exit::usage));
    arguments["certificates"] = *pem;
  }
  const int status = cli.show_one("catalog.set-endpoint", arguments, {{{"endpoint", "endpoint"}, {"serial", "serial"}}, "endpoint", ""});
  if (status == 0) cli.output().note("all that are connected are told now, others when they connect; keep the old address until then");
  return status;
}

int clean(Cli& cli, const CatalogArguments& given) {
  static const Listing counts{{{"executions", "executions"}, {"versions", "versions"}, {"operations", "operations"}, {"contents", "contents"}}, "executions", ""};
  json arguments = json::object();
  if (given.days) arguments["older_than_days"] = *given.days;
  json sum{{"executions", 0}, {"versions", 0}, {"operations", 0}, {"contents", 0}};
  while (true) {
    const auto document = cli.ask("catalog.clean", arguments);
    if (!document) return cli.fail(document.error());
    for (auto one = sum.begin(); one != sum.end(); ++one) *one = one->get<std::uint64_t>() + document->value(one.key(), std::uint64_t{0});
    if (!document->value("more", false)) break;
  }
  cli.output().one(sum, counts);
  return 0;
}

}  // namespace

void add_catalog_verbs(CLI::App& app, Cli& cli) {
  static CatalogArguments given;
  CLI::App* noun = app.add_subcommand("catalog", "the database that holds everything");
  noun->require_subcommand(1);
  CLI::App* raise =
      cli.verb(*noun, "migrate", "makes or raises its tables; needs the catalog itself, not the cluster", [&cli] { return migrate(cli, given); });
  raise->add_option("--catalog", given.address, "sqlite:FILE or postgresql://…; that of master.toml when left out");
  raise->add_flag("--finish", given.finish, "also takes away what only older programs needed; refused while one of their masters is registered");
  cli.verb(*noun, "restored", "begins a new incarnation after a restore from a backup; needs the catalog itself, and no master running",
           [&cli] { return restored(cli, given); })
      ->add_option("--catalog", given.address, "sqlite:FILE or postgresql://…; that of master.toml when left out");
  cli.verb(*noun, "verify", "proves that each task has its one end and its whole log", [&cli] { return verify(cli, given); })
      ->add_option("--execution", given.execution, "of this execution alone")->check(whole_number(1, INT64_MAX));
  cli.verb(*noun, "clean", "removes what is older than the settings say", [&cli] { return clean(cli, given); })
      ->add_option("--older-than-days", given.days, "executions that ended longer ago (30)")->check(whole_number(0, 36500));
  CLI::App* moving = cli.verb(*noun, "set-endpoint", "tells workers, masters and clients where the cluster is reached from now on", [&cli] { return set_endpoint(cli, given); });
  moving->add_option("endpoint", given.endpoint, "tcp://HOST:PORT")->required();
  moving->add_option("--certificate", given.certificate, "file with the endpoint's certificates there; those of today when left out");
}

}  // namespace argosy::client
