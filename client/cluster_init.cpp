#include "client/cluster_init.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "client/profile.h"
#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/keys.h"
#include "fabric/private_file.h"
#include "fabric/roster.h"

namespace argosy::client {
namespace {

Status write_file(const std::filesystem::path& file, const std::string& content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << content;
  out.flush();
  if (!out) return Error{file.string() + ": cannot be written; is there room, and may this user write there?"};
  return Done{};
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{folder.string() + ": cannot be made: " + error.message()};
  ::chmod(folder.c_str(), 0700);
  return Done{};
}

Result<fabric::KeyPair> make_key(const std::filesystem::path& file) {
  const auto keys = fabric::KeyPair::generate();
  const auto saved = fabric::save_key_pair(file, keys);
  if (!saved) return saved.error();
  return keys;
}

Status make_authority(const ClusterPlan& plan, const Layout& layout) {
  const WallTime now = fabric::read_wall();
  // An hour back: the clocks of hosts that join may be a little behind.
  const fabric::Validity validity{now + seconds(-3600), now + seconds(std::int64_t{plan.days} * 86'400)};
  const auto authority = fabric::Authority::create(plan.name, validity);
  if (!authority) return authority.error();
  auto written = write_file(layout.authority(), authority->certificate().pem());
  if (!written) return written;
  written = fabric::write_private_file(layout.authority_key(), authority->key_pem(), fabric::Existing::refuse);
  if (!written) return written;
  const auto keys = make_key(layout.endpoint_key());
  if (!keys) return keys.error();
  std::vector<std::string> hosts{host_of(plan.endpoint)};
  hosts.insert(hosts.end(), plan.hosts.begin(), plan.hosts.end());
  const auto endpoint = authority->issue({"broker", "endpoint", keys->public_key, hosts, validity});
  if (!endpoint) return endpoint.error();
  return write_file(layout.endpoint_certificate(), endpoint->pem());
}

Status make_parties(const ClusterPlan& plan, const Layout& layout) {
  std::vector<fabric::RosterEntry> roster;
  const auto add = [&](fabric::Role role, const std::string& name) -> Status {
    const auto keys = make_key(layout.party_key(std::string(to_text(role)), name));
    if (!keys) return keys.error();
    roster.push_back({keys->public_key, name, role, fabric::Standing::enabled});
    return Done{};
  };
  for (const auto& [role, names] : {std::pair{fabric::Role::master, plan.masters}, std::pair{fabric::Role::operator_, plan.operators},
                                    std::pair{fabric::Role::submitter, plan.submitters}}) {
    for (const auto& name : names) {
      if (auto added = add(role, name); !added) return added;
    }
  }
  const auto catalog_key = make_key(layout.catalog_key());
  if (!catalog_key) return catalog_key.error();
  auto written = write_file(layout.catalog_public_key(), catalog_key->public_key.hex() + "\n");
  if (!written) return written;
  return fabric::save_roster(layout.roster(), roster);
}

std::string quoted_line(const std::string& key, const std::string& value) { return key + " = \"" + value + "\"\n"; }

Status write_settings(const ClusterPlan& plan, const Layout& layout) {
  const std::string head = "# Only what differs from the default; `argosy ROLE config` prints every key.\n";
  std::string broker = head + quoted_line("name", "b1") + quoted_line("cluster", plan.name) +
                       quoted_line("endpoint", plan.listen.empty() ? plan.endpoint : plan.listen) +
                       quoted_line("endpoint_certificate", "endpoint.pem") + quoted_line("endpoint_key", "keys/endpoint.key") +
                       quoted_line("roster", "roster") + quoted_line("directory", "broker");
  if (auto written = write_file(layout.role_settings("broker"), broker); !written) return written;
  const std::string catalog = plan.catalog.empty() ? "sqlite:catalog/argosy.db" : plan.catalog;
  const bool migrate = plan.migrate || catalog.starts_with("sqlite:");
  for (const auto& name : plan.masters) {
    std::string master = head + quoted_line("name", name) + quoted_line("cluster", plan.name) +
                         quoted_line("endpoint", plan.endpoint) + quoted_line("authorities", "authority.pem") +
                         quoted_line("endpoint_certificate", "endpoint.pem") +
                         quoted_line("key", "keys/master-" + name + ".key") +
                         quoted_line("catalog_key", "keys/catalog.key") + quoted_line("catalog", catalog) +
                         "migrate = " + (migrate ? "true" : "false") + "\n";
    if (plan.shards > 1) master += "shards = " + std::to_string(plan.shards) + "\n";
    const auto file = layout.role_settings(name == "m1" ? "master" : "master-" + name);
    if (auto written = fabric::write_private_file(file, master, fabric::Existing::replace); !written) return written;
  }
  ClusterFile cluster;
  cluster.name = plan.name;
  cluster.endpoint = plan.endpoint;
  if (!plan.operators.empty()) cluster.key = "keys/operator-" + plan.operators.front() + ".key";
  return write_file(layout.cluster(), format_cluster_file(cluster));
}

}  // namespace

std::string worker_name(int number) { return "w" + std::to_string(number); }
std::string master_name(int number) { return "m" + std::to_string(number); }

int cpu_share(int workers) {
  const int all = static_cast<int>(std::max(1u, std::thread::hardware_concurrency())) * 1000;
  return std::max(1000, all / std::max(1, workers));
}

Result<std::string> init_worker(const Layout& layout, const std::string& name, const std::string& endpoint, int cpu_milli) {
  const auto key_file = layout.party_key("worker", name);
  const auto settings = layout.role_settings("worker-" + name);
  if (!std::filesystem::exists(settings)) {
    std::string text = "# Only what differs from the default; `argosy worker config` prints every key.\n" +
                       quoted_line("endpoint", endpoint) + quoted_line("authorities", "authority.pem") +
                       quoted_line("endpoint_certificate", "endpoint.pem") +
                       quoted_line("key", "keys/worker-" + name + ".key") + quoted_line("directory", "workers/" + name);
    if (cpu_milli > 0) text += "[capacity]\ncpu_milli = " + std::to_string(cpu_milli) + "\n";
    if (auto written = write_file(settings, text); !written) return written.error();
  }
  if (!std::filesystem::exists(key_file)) {
    const auto keys = make_key(key_file);
    if (!keys) return keys.error();
    return keys->public_key.hex();
  }
  const auto keys = fabric::load_key_pair(key_file);
  if (!keys) return keys.error();
  return keys->public_key.hex();
}

Status make_cluster_folders(const Layout& layout) {
  for (const auto& folder : {layout.root, layout.keys(), layout.catalog_file().parent_path(), layout.broker_state(),
                             layout.log("x").parent_path(), layout.lock().parent_path(), layout.root / "workers"}) {
    if (auto made = make_folder(folder); !made) return made;
  }
  return Done{};
}

Result<std::string> renew_endpoint_certificate(const Layout& layout, const std::vector<std::string>& hosts, int days) {
  const auto authority = fabric::Authority::load(layout.authority(), layout.authority_key());
  if (!authority) return authority.error();
  const auto present = fabric::Certificate::load(layout.endpoint_certificate());
  if (!present) return present.error();
  const auto keys = fabric::load_key_pair(layout.endpoint_key());
  if (!keys) return keys.error();
  std::vector<std::string> names = present->front().facts().hosts;
  for (const auto& host : hosts) {
    if (std::find(names.begin(), names.end(), host) == names.end()) names.push_back(host);
  }
  const WallTime now = fabric::read_wall();
  const fabric::Validity validity{now + seconds(-3600), now + seconds(std::int64_t{days} * 86'400)};
  const auto made = authority->issue({"broker", "endpoint", keys->public_key, names, validity});
  if (!made) return made.error();
  return made->pem();
}

Status init_cluster(const ClusterPlan& plan) {
  const Layout layout{plan.folder};
  if (std::filesystem::exists(layout.cluster())) {
    return Error{plan.folder.string() + " is a cluster's folder already; name another with --dir"};
  }
  if (auto made = make_cluster_folders(layout); !made) return made;
  if (auto made = make_authority(plan, layout); !made) return made;
  if (auto made = make_parties(plan, layout); !made) return made;
  for (int i = 1; i <= plan.workers; ++i) {
    const auto made = init_worker(layout, worker_name(i), plan.endpoint, cpu_share(plan.workers));
    if (!made) return made.error();
  }
  return write_settings(plan, layout);  // cluster.toml last: with it the folder is whole
}

}  // namespace argosy::client
