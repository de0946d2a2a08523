// cluster, operation and status.
#include <iostream>

#include "client/check_plan.h"
#include "client/cli.h"
#include "client/cluster_init.h"
#include "client/expiry.h"
#include "client/numbers.h"

namespace argosy::client {
namespace {

using nlohmann::json;

int init(Cli& cli, ClusterPlan plan) {
  if (cli.dir.empty()) return cli.fail(usage("say where with --dir: the folder is made, with the cluster's private keys in it"));
  plan.folder = std::filesystem::absolute(cli.dir).lexically_normal();
  if (auto good = check_plan(plan); !good) return cli.fail(trouble(good.error(), Exit::usage));
  const auto made = init_cluster(plan);
  if (!made) return cli.fail(trouble(made.error()));
  const json document{{"folder", plan.folder.string()}, {"endpoint", plan.endpoint}, {"cluster", plan.name}};
  cli.output().one(document, {{{"folder", "folder"}, {"endpoint", "endpoint"}, {"cluster", "cluster"}}, "folder", ""});
  return 0;
}

// "b1 active, b2 standby"; empty where nothing was told: a master of an earlier version, a catalog that is away.
std::string crew(const json& status, const char* all, const char* name, const char* state) {
  std::string out;
  for (const auto& one : status.value(all, json::array())) {
    out += (out.empty() ? "" : ", ") + one.value(name, "") + " " + (one[state].is_null() ? "not heard" : one[state].get<std::string>());
  }
  return out;
}

void print_status(const json& status) {
  const auto number = [&](const char* of, const char* name) { return status[of].value(name, std::uint64_t{0}); };
  const std::string brokers = crew(status, "brokers", "broker", "duty");
  const std::string masters = crew(status, "masters", "master", "state");
  std::cout << "cluster     " << status.value("cluster", "") << "\n"
            << "catalog     " << status["catalog"].value("state", "") << ", " << status["catalog"].value("dialect", "") << "\n";
  if (!brokers.empty()) std::cout << "brokers     " << brokers << "\n";
  if (!masters.empty()) std::cout << "masters     " << masters << "\n";
  std::cout << "workers     " << number("workers", "online") << " online, " << number("workers", "enabled") << " enabled, "
            << number("workers", "draining") << " draining, " << number("workers", "disabled") << " disabled\n"
            << "executions  " << number("executions", "running") << " running, "
            << number("executions", "created") << " created, "
            << number("executions", "stopping") << " stopping\n"
            << "tasks       " << number("tasks", "running") << " running, " << number("tasks", "ready") << " ready, "
            << number("tasks", "waiting") << " waiting\n";
  if (status.contains("endpoint")) std::cout << "endpoint    " << status["endpoint"].value("endpoint", "") << ", where the cluster moved\n";
  if (status.value("refused", std::uint64_t{0}) > 0) {
    std::cout << "refused     " << status["refused"] << " connections; see `argosy broker list --output json`\n";
  }
  for (const auto& warning : status["warnings"]) std::cout << "warning     " << warning.get<std::string>() << "\n";
}

int show_status(Cli& cli) {
  auto document = cli.ask("status", json::object());
  if (!document) return cli.fail(document.error());
  const Layout layout{cli.folder()};
  for (const auto& file : {layout.authority(), layout.endpoint_certificate()}) {
    const auto ending = expiring_soon(file);
    if (ending) for (const auto& sentence : *ending) (*document)["warnings"].push_back(sentence);
  }
  if (cli.output_format() == Format::table) {
    print_status(*document);
  } else {
    cli.output().one(*document, {{}, "catalog.state", ""});
  }
  return 0;
}

}  // namespace

void add_cluster_verbs(CLI::App& app, Cli& cli) {
  static ClusterPlan plan;
  static std::size_t limit = 50;
  CLI::App* cluster = app.add_subcommand("cluster", "keys, certificates and configuration of a cluster");
  cluster->require_subcommand(1);
  CLI::App* make = cli.verb(*cluster, "init", "makes a cluster's folder (--dir)", [&cli] { return init(cli, plan); });
  make->add_option("--name", plan.name, "the cluster's name, for people");
  make->add_option("--endpoint", plan.endpoint, "the virtual endpoint, tcp://HOST:PORT; its host goes into the certificate");
  make->add_option("--listen", plan.listen, "where the broker listens, when not at the endpoint itself");
  make->add_option("--host", plan.hosts, "another name or address for the endpoint's certificate");
  make->add_option("--catalog", plan.catalog, "sqlite:FILE or postgresql://…; SQLite in the folder when left out");
  make->add_option("--masters", plan.masters, "how many masters get keys and settings here, m1 … mN (1): one works, the others stand by")
      ->check(whole_number(1, 100));
  make->add_option("--shards", plan.shards, "into how many shards executions are divided; several masters share them (1)")
      ->check(whole_number(1, 1024));
  make->add_option("--operator", plan.operators, "names of operators (admin)");
  make->add_option("--submitter", plan.submitters, "names of submitters (submitter)");
  make->add_option("--workers", plan.workers, "how many workers get keys here, w1 … wN; each is to be added and enabled")
      ->check(whole_number(0, 1000));
  make->add_option("--days", plan.days, "how long certificates hold")->check(whole_number(1, 36500));
  add_bundle_verbs(*cluster, cli);
  cli.verb(app, "status", "how the cluster stands", [&cli] { return show_status(cli); });
  CLI::App* operation = app.add_subcommand("operation", "the audit trail: who did what");
  operation->require_subcommand(1);
  CLI::App* list = cli.verb(*operation, "list", "newest first", [&cli] {
    return cli.show_list("operation.list", json::object(),
                         {{{"AT", "at", Show::time}, {"WHO", "who"}, {"DID", "verb"}, {"TO", "object"}, {"DETAIL", "detail"}},
                          "id", "nothing was done yet"}, limit);
  });
  list->add_option("--limit", limit, "rows at most; 0: all (50)")->check(whole_number(0, kRowsMost));
}

}  // namespace argosy::client
