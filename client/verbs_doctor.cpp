// doctor [ROLE]: is everything there that the role needs on this host? One line a check.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "broker/config.h"
#include "catalog/catalog.h"
#include "catalog/checkup.h"
#include "catalog/hosts.h"
#include "client/broker_checks.h"
#include "client/checks.h"
#include "client/cli.h"
#include "client/expiry.h"
#include "client/reach.h"
#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/keys.h"
#include "fabric/trust.h"
#include "fabric/whereabouts.h"
#include "master/config.h"
#include "worker/config.h"

namespace argosy::client {
namespace {

using nlohmann::json;

constexpr double kClockHint = 1.0;  // seconds
constexpr Duration kReachWithin = seconds(2);
constexpr Duration kLeaseLeast = seconds(10);

// "until 2036-11-22, for argosy.example.com"
std::string facts_of(const std::filesystem::path& file) {
  std::string out;
  const auto certificates = fabric::Certificate::load(file);
  if (!certificates) return out;
  for (const auto& each : *certificates) {
    const std::time_t end = each.facts().not_after.us / 1'000'000;
    std::tm parts{};
    ::gmtime_r(&end, &parts);
    char day[32];
    std::strftime(day, sizeof day, "%Y-%m-%d", &parts);
    out += (out.empty() ? "until " : "; until ") + std::string(day);
    std::string hosts;
    for (const auto& host : each.facts().hosts) hosts += (hosts.empty() ? ", for " : " and ") + host;
    out += hosts;
  }
  return out;
}

void check_dates(Checks& checks, const std::filesystem::path& file) {
  const auto ending = expiring_soon(file);
  checks.add("certificate " + file.string(), status_of(ending), facts_of(file));
  if (!ending) return;
  for (const auto& sentence : *ending) checks.warn("certificate " + file.string(), sentence);
}

// What a worker's host alone needs not have: cluster.toml.
void check_cluster(Checks& checks, const Layout& layout) {
  const auto cluster = load_cluster_file(layout.cluster());
  checks.add("settings " + layout.cluster().string(), status_of(cluster));
  if (!cluster) return;
  checks.add("endpoint's certificate for " + cluster->endpoint, status_of(fabric::load_endpoint_key(layout.authority(), layout.endpoint_certificate(), cluster->endpoint)));
}

// Where the cluster moved, if it did; where it did not, nothing is said.
void check_moved(Checks& checks, const std::filesystem::path& file, const std::filesystem::path& authorities) {
  const auto moved = fabric::load_whereabouts(file);
  if (moved && !*moved) return;
  checks.add("where the cluster moved, " + file.string(), status_of(moved));
  if (!moved) return;
  const auto keys = fabric::believed_keys(authorities, (*moved)->certificates, (*moved)->endpoint, fabric::read_wall());
  checks.add("certificate of " + (*moved)->endpoint, status_of(keys));
  if (!(*moved)->reached) checks.warn("where the cluster moved", (*moved)->endpoint + " was not reached yet: the old endpoint is still in use");
}

// The master's clock against ours, to half the time that the answer took. Correctness needs no clock; people who read logs do.
void check_clock(Checks& checks, const json& status, WallTime asked, WallTime answered) {
  std::tm time{};
  double seconds = 0;
  if (std::sscanf(status.value("now", "").c_str(), "%d-%d-%dT%d:%d:%lfZ", &time.tm_year, &time.tm_mon, &time.tm_mday, &time.tm_hour,
                  &time.tm_min, &seconds) != 6) {
    return;  // a master of an earlier version
  }
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  const double theirs = static_cast<double>(::timegm(&time)) + seconds;
  const double off_s = theirs - static_cast<double>(asked.us + (answered.us - asked.us) / 2) / 1e6;
  if (off_s > -kClockHint && off_s < kClockHint) return;
  char text[96];
  std::snprintf(text, sizeof text, "the master's clock is %+.1f s off this host's: is time synchronised on both?", off_s);
  checks.warn("clock", text);
}

void check_client(Cli& cli, Checks& checks) {
  const WallTime asked = fabric::read_wall();
  const auto answer = cli.ask("status", json::object());
  const WallTime answered = fabric::read_wall();
  checks.add("connection and answer of a master", answer ? Status(Done{}) : Status(Error{answer.error().message}));
  if (!answer) return;
  if ((*answer)["catalog"]["state"] != "available") checks.warn("catalog", (*answer)["catalog"]["detail"].dump());
  check_clock(checks, *answer, asked, answered);
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

void check_master(const std::filesystem::path& file, Checks& checks) {
  const auto config = master::load_config(file);
  checks.add("settings " + file.string(), status_of(config));
  if (!config) return;
  checks.add("key " + config->key, status_of(fabric::load_key_pair(config->key)));
  checks.add("key " + config->catalog_key, status_of(fabric::load_key_pair(config->catalog_key)));
  check_moved(checks, config->endpoint_moved, config->authorities);
  checks.add("endpoint " + config->endpoint, reach(config->endpoint, kReachWithin));
  check_catalog(config->catalog, checks);
  if (config->limits.lease < kLeaseLeast) {
    checks.warn("lease", "shorter than a failover may take (10 s): tasks may be killed for a broker's or a master's death");
  }
}

void check_worker(const std::filesystem::path& file, Checks& checks) {
  const auto config = worker::load_config(file);
  checks.add("settings " + file.string(), status_of(config));
  if (!config) return;
  checks.add("key " + config->key, status_of(fabric::load_key_pair(config->key)));
  checks.add("endpoint's certificate for " + config->endpoint,
             status_of(fabric::load_endpoint_key(config->authorities, config->endpoint_certificate, config->endpoint)));
  check_moved(checks, std::filesystem::path(config->directory) / "endpoint.moved", config->authorities);
  checks.add("endpoint " + config->endpoint, reach(config->endpoint, kReachWithin));
  if (config->run_as.empty()) checks.warn("run_as", "tasks run as the worker's own user; set run_as for tasks of others");
  if (!std::filesystem::exists("/sys/fs/cgroup/cgroup.controllers")) checks.warn("cgroup v2", "not here: memory limits are polled");
}

const std::vector<std::string> kRoles{"broker", "master", "worker", "client"};

// A folder that had more brokers keeps their files; those that run here are the first one's peers.
void leave_former(const std::filesystem::path& first, std::set<std::filesystem::path>& files) {
  const auto config = broker::load_config(first);
  if (!config) return;
  std::set<std::string> running{"broker.toml"};
  for (const auto& peer : config->peers) running.insert("broker-" + peer.name + ".toml");
  std::erase_if(files, [&](const auto& file) { return !running.contains(file.filename().string()); });
}

// ROLE.toml and each ROLE-NAME.toml of the folder; of a name: its own, or ROLE.toml, which bears the first one's.
std::vector<std::filesystem::path> settings_of(const Layout& layout, const std::string& role, const std::string& name) {
  const auto shared = layout.role_settings(role);
  if (!name.empty()) {
    const auto own = layout.role_settings(role + "-" + name);
    return {std::filesystem::exists(own) || !std::filesystem::exists(shared) ? own : shared};
  }
  std::set<std::filesystem::path> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(layout.root, ignored)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(".toml") && (file == role + ".toml" || file.starts_with(role + "-"))) found.insert(entry.path());
  }
  if (role == "broker" && found.contains(shared)) leave_former(shared, found);
  if (found.empty()) found.insert(shared);
  return {found.begin(), found.end()};
}

// Those that the folder is made for.
std::vector<std::string> roles_of(const Layout& layout) {
  std::vector<std::string> out;
  for (const auto& role : kRoles) {
    const auto file = role == "client" ? layout.cluster() : settings_of(layout, role, "").front();
    if (std::filesystem::exists(file)) out.push_back(role);
  }
  return out.empty() ? std::vector<std::string>{"client"} : out;
}

void check_role(Cli& cli, const Layout& layout, const std::string& role, const std::string& name, Checks& checks) {
  if (role != "worker") check_cluster(checks, layout);
  if (role == "client") {
    check_moved(checks, layout.endpoint_moved(), layout.authority());
    return check_client(cli, checks);
  }
  for (const auto& file : settings_of(layout, role, name)) {
    if (role == "broker") check_broker(file, checks);
    if (role == "master") check_master(file, checks);
    if (role == "worker") check_worker(file, checks);
  }
}

int diagnose(Cli& cli, const std::string& role, const std::string& name) {
  const Layout layout{cli.folder()};
  Checks checks;
  check_dates(checks, layout.authority());
  check_dates(checks, layout.endpoint_certificate());
  for (const auto& each : role.empty() ? roles_of(layout) : std::vector<std::string>{role}) check_role(cli, layout, each, name, checks);
  cli.output().list(checks.rows(), {{{"RESULT", "result"}, {"CHECK", "check"}, {"DETAIL", "detail"}}, "result", ""});
  return checks.wrong() ? cli.done(Exit::failed) : 0;
}

}  // namespace

void add_doctor_verb(CLI::App& app, Cli& cli) {
  static std::string role, name;
  CLI::App* verb = cli.verb(app, "doctor", "is everything there that the roles of this host need?", [&cli] { return diagnose(cli, role, name); });
  CLI::Option* of_role = verb->add_option("role", role, "broker, master, worker or client; none: all that the folder is made for")->check(CLI::IsMember(kRoles));
  verb->add_option("--name", name, "which of the folder's brokers, masters or workers; none: all")->needs(of_role);
}

}  // namespace argosy::client
