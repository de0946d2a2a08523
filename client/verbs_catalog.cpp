// catalog migrate, verify, clean.
#include <iostream>

#include "catalog/catalog.h"
#include "client/cli.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct CatalogArguments {
  std::string address;
  std::optional<std::uint64_t> execution, days;
};

// Makes or raises the tables; on the master's host, or with an address.
int migrate(Cli& cli, const CatalogArguments& given) {
  std::string address = given.address;
  if (address.empty()) {
    const auto found = master_catalog(Layout{cli.folder()});
    if (!found) return cli.fail(trouble(found.error(), Exit::usage));
    address = *found;
  }
  catalog::Options options;
  options.migrate = true;
  const auto opened = catalog::Catalog::open(address, options);
  if (!opened) return cli.fail(trouble(opened.error(), Exit::unavailable));
  cli.output().one({{"catalog", (*opened)->address()}, {"migrated", true}}, {{{"catalog", "catalog"}, {"migrated", "migrated"}}, "catalog", ""});
  return 0;
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
    for (const auto& problem : (*document)["problems"]) std::cout << problem["rule"].get<std::string>() << ": " << problem["text"].get<std::string>() << "\n";
  }
  return clean ? 0 : cli.done(Exit::failed);
}

int clean(Cli& cli, const CatalogArguments& given) {
  json arguments = json::object();
  if (given.days) arguments["older_than_days"] = *given.days;
  json sum{{"executions", 0}, {"versions", 0}};
  while (true) {
    const auto document = cli.ask("catalog.clean", arguments);
    if (!document) return cli.fail(document.error());
    for (const char* name : {"executions", "versions"}) sum[name] = sum[name].get<std::uint64_t>() + (*document)[name].get<std::uint64_t>();
    if (!document->value("more", false)) break;
  }
  cli.output().one(sum, {{{"executions", "executions"}, {"versions", "versions"}}, "executions", ""});
  return 0;
}

}  // namespace

void add_catalog_verbs(CLI::App& app, Cli& cli) {
  static CatalogArguments given;
  CLI::App* noun = app.add_subcommand("catalog", "the database that holds everything");
  noun->require_subcommand(1);
  cli.verb(*noun, "migrate", "makes or raises its tables; needs the catalog itself, not the cluster", [&cli] { return migrate(cli, given); })
      ->add_option("--catalog", given.address, "sqlite:FILE or postgresql://…; that of master.toml when left out");
  cli.verb(*noun, "verify", "proves that each task has its one end and its whole log", [&cli] { return verify(cli, given); })
      ->add_option("--execution", given.execution, "of this execution alone");
  cli.verb(*noun, "clean", "removes what is older than the settings say", [&cli] { return clean(cli, given); })
      ->add_option("--older-than-days", given.days, "executions that ended longer ago (30)");
}

}  // namespace argosy::client
