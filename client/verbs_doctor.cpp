// doctor ROLE: is everything there that the role needs on this host? One line a check.
#include <sys/stat.h>

#include <fstream>
#include <iostream>

#include "broker/config.h"
#include "catalog/catalog.h"
#include "catalog/checkup.h"
#include "catalog/hosts.h"
#include "client/cli.h"
#include "client/expiry.h"
#include "fabric/keys.h"
#include "fabric/roster.h"
#include "worker/config.h"

namespace argosy::client {
namespace {

using nlohmann::json;

class Checks {
 public:
  void add(const std::string& what, const Status& status, const std::string& detail = "") {
    rows_.push_back({{"check", what}, {"result", status ? "ok" : "wrong"}, {"detail", status ? detail : status.error().message}});
    wrong_ = wrong_ || !status;
  }
  void warn(const std::string& what, const std::string& detail) { rows_.push_back({{"check", what}, {"result", "warning"}, {"detail", detail}}); }
  const json& rows() const { return rows_; }
  bool wrong() const { return wrong_; }

 private:
  json rows_ = json::array();
  bool wrong_ = false;
};

template <class T>
Status status_of(const Result<T>& result) {
  if (result) return Done{};
  return result.error();
}

void check_dates(Checks& checks, const std::filesystem::path& file) {
  const auto ending = expiring_soon(file);
  checks.add("certificate " + file.string(), status_of(ending));
  if (!ending) return;
  for (const auto& sentence : *ending) checks.warn("certificate " + file.string(), sentence);
}

// What a worker's host alone needs not have: cluster.toml.
void check_cluster(Checks& checks, const Layout& layout) {
  const auto cluster = load_cluster_file(layout.cluster());
  checks.add("settings " + layout.cluster().string(), status_of(cluster));
  if (cluster) checks.add("endpoint's certificate for " + cluster->endpoint, status_of(verified_endpoint_key(layout, cluster->endpoint)));
}

void check_client(Cli& cli, Checks& checks) {
  const auto answer = cli.ask("status", json::object());
  checks.add("connection and answer of a master", answer ? Status(Done{}) : Status(Error{answer.error().message}));
  if (answer && (*answer)["catalog"]["state"] != "available") checks.warn("catalog", (*answer)["catalog"]["detail"].dump());
}

void check_broker(const Layout& layout, Checks& checks) {
  const auto config = broker::load_config(layout.role_settings("broker"));
  checks.add("settings " + layout.role_settings("broker").string(), status_of(config));
  if (!config) return;
  checks.add("key " + config->endpoint_key, status_of(fabric::load_key_pair(config->endpoint_key)));
  checks.add("roster " + config->roster, status_of(fabric::load_roster(config->roster)));
}

// Each host of the address on its own: who is the primary, who follows it.
void check_hosts(const std::string& address, Checks& checks) {
  catalog::HostQuestion question;
  question.within = seconds(5);
  question.grace = Duration{-1};
  const auto words = catalog::ask_hosts(address, question);
  for (const auto& word : words) {
    const std::string what = "catalog host " + word.host;
    if (!word.answered) {
      checks.add(what, Error{word.trouble});
      continue;
    }
    const std::string timeline = word.timeline > 0 ? ", timeline " + std::to_string(word.timeline) : "";
    const std::string standbys = word.sync.empty() ? "no standby to be seen" : "standby " + word.sync;
    if (word.standby) checks.add(what, Done{}, "standby" + timeline);
    else checks.add(what, Done{}, (word.writable ? "primary" : "read-only") + timeline + ", " + standbys);
    if (word.writable && word.sync.find(" sync") == std::string::npos && word.sync.find(" quorum") == std::string::npos)
      checks.warn(what, "no synchronous standby to be seen: either what is accepted is on this server alone, or the login lacks "
                        "the role pg_monitor");
  }
  if (catalog::primary_of(words) == nullptr) checks.add("catalog primary", Error{"no host takes writes: " + catalog::told(words)});
}

void check_catalog(const std::string& address, Checks& checks) {
  if (address.starts_with("postgres")) check_hosts(address, checks);
  auto opened = catalog::Catalog::open(address, {});
  if (!opened) return checks.add("catalog", status_of(opened));
  const auto found = catalog::check_up(**opened);
  if (!found) return checks.add("catalog", status_of(found));
  checks.add("catalog", Done{}, "schema " + std::to_string(found->schema) + ", this program's is " + std::to_string(found->program_schema));
  if (found->schema < found->program_schema) checks.warn("catalog", "its tables are of the release before: run `argosy catalog migrate`");
  if (found->log_login.empty()) return;
  checks.add("catalog log login", Done{}, "output is written as " + found->log_login);
  if (found->may_change_output)
    checks.warn("catalog log login", found->login + " itself can change and delete output: docs/guides/operating.md, PostgreSQL");
}

void check_master(const Layout& layout, Checks& checks) {
  const auto address = master_catalog(layout);
  checks.add("settings " + layout.role_settings("master").string(), status_of(address));
  checks.add("key " + layout.catalog_key().string(), status_of(fabric::load_key_pair(layout.catalog_key())));
  if (address) check_catalog(*address, checks);
}

void check_worker(const std::filesystem::path& file, Checks& checks) {
  const auto config = worker::load_config(file);
  checks.add("settings " + file.string(), status_of(config));
  if (!config) return;
  checks.add("key " + config->key, status_of(fabric::load_key_pair(config->key)));
  checks.add("endpoint's certificate for " + config->endpoint, status_of(verified_endpoint_key({file.parent_path()}, config->endpoint)));
  if (config->run_as.empty()) checks.warn("run_as", "tasks run as the worker's own user; set run_as for tasks of others");
  if (!std::filesystem::exists("/sys/fs/cgroup/cgroup.controllers")) checks.warn("cgroup v2", "not here: memory limits are polled");
}

int diagnose(Cli& cli, const std::string& role, const std::string& name) {
  const Layout layout{cli.folder()};
  Checks checks;
  check_dates(checks, layout.authority());
  check_dates(checks, layout.endpoint_certificate());
  if (role != "worker") check_cluster(checks, layout);
  if (role == "client") check_client(cli, checks);
  if (role == "broker") check_broker(layout, checks);
  if (role == "master") check_master(layout, checks);
  if (role == "worker") check_worker(layout.role_settings(name.empty() ? "worker" : "worker-" + name), checks);
  cli.output().list(checks.rows(), {{{"RESULT", "result"}, {"CHECK", "check"}, {"DETAIL", "detail"}}, "result", ""});
  return checks.wrong() ? cli.done(Exit::failed) : 0;
}

}  // namespace

void add_doctor_verb(CLI::App& app, Cli& cli) {
  static std::string role, name;
  CLI::App* verb = cli.verb(app, "doctor", "is everything there that a role needs on this host?", [&cli] { return diagnose(cli, role, name); });
  verb->add_option("role", role, "broker, master, worker or client")->required()->check(CLI::IsMember({"broker", "master", "worker", "client"}));
  verb->add_option("--name", name, "which of the folder's workers");
}

}  // namespace argosy::client
