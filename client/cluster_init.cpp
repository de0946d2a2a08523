#include "client/cluster_init.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "client/check_plan.h"
#include "client/crew.h"
#include "client/profile.h"
#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/keys.h"
#include "fabric/private_file.h"
#include "fabric/roster.h"
#include "fabric/trust.h"

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
  const auto key = ensure_key(layout.endpoint_key());
  if (!key) return key.error();
  const auto host = fabric::host_of(plan.endpoint);
  if (!host) return host.error();
  std::vector<std::string> hosts{*host};
  hosts.insert(hosts.end(), plan.hosts.begin(), plan.hosts.end());
  const auto endpoint = authority->issue({"broker", "endpoint", *key, hosts, validity});
  if (!endpoint) return endpoint.error();
  return write_file(layout.endpoint_certificate(), endpoint->pem());
}

Status make_parties(const ClusterPlan& plan, const Layout& layout) {
  std::vector<fabric::RosterEntry> roster;
  const auto add = [&](fabric::Role role, const std::string& name) -> Status {
    const auto key = ensure_key(layout.party_key(std::string(to_text(role)), name));
    if (!key) return key.error();
    roster.push_back({*key, name, role, fabric::Standing::enabled});
    return Done{};
  };
  if (auto added = add(fabric::Role::master, master_name(1)); !added) return added;
  for (const auto& [role, names] :
       {std::pair{fabric::Role::operator_, plan.operators}, std::pair{fabric::Role::submitter, plan.submitters}}) {
    for (const auto& name : names) {
      if (auto added = add(role, name); !added) return added;
    }
  }
  const auto catalog_key = ensure_key(layout.catalog_key());
  if (!catalog_key) return catalog_key.error();
  auto written = write_file(layout.catalog_public_key(), catalog_key->hex() + "\n");
  if (!written) return written;
  return fabric::save_roster(layout.roster(), roster);
}

constexpr const char* kHead = "# Only what differs from the default; `argosy ROLE config` prints every key.\n";

Status write_broker(const ClusterPlan& plan, const Layout& layout) {
  return write_file(layout.role_settings("broker"),
                    kHead + settings_line("name", "b1") + settings_line("cluster", plan.name) +
                        settings_line("endpoint", plan.listen.empty() ? plan.endpoint : plan.listen) +
                        settings_line("endpoint_certificate", "endpoint.pem") + settings_line("endpoint_key", "keys/endpoint.key") +
                        settings_line("roster", "roster") + settings_line("directory", "broker"));
}

Status write_masters(const ClusterPlan& plan, const Layout& layout) {
  const std::string catalog = plan.catalog.empty() ? "sqlite:catalog/argosy.db" : plan.catalog;
  const bool migrate = plan.migrate || catalog.starts_with("sqlite:");
  std::string first = kHead + settings_line("name", master_name(1)) + settings_line("cluster", plan.name) +
                      settings_line("endpoint", plan.endpoint) + settings_line("authorities", "authority.pem") +
                      settings_line("endpoint_certificate", "endpoint.pem") +
                      settings_line("key", "keys/master-" + master_name(1) + ".key") +
                      settings_line("catalog_key", "keys/catalog.key") + settings_line("catalog", catalog) +
                      "migrate = " + (migrate ? "true" : "false") + "\n";
  if (plan.shards > 1) first += "shards = " + std::to_string(plan.shards) + "\n";
  auto made = fabric::write_private_file(layout.role_settings("master"), first, fabric::Existing::replace);
  for (int number = 2; made && number <= plan.masters; ++number) made = init_master(layout, master_name(number));
  return made;
}

Status write_cluster_file(const ClusterPlan& plan, const Layout& layout) {
  ClusterFile cluster;
  cluster.name = plan.name;
  cluster.endpoint = plan.endpoint;
  if (!plan.operators.empty()) cluster.key = "keys/operator-" + plan.operators.front() + ".key";
  return write_file(layout.cluster(), format_cluster_file(cluster));
}

}  // namespace

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
  if (auto good = check_plan(plan); !good) return good;
  if (auto made = make_cluster_folders(layout); !made) return made;
  if (auto made = make_authority(plan, layout); !made) return made;
  if (auto made = make_parties(plan, layout); !made) return made;
  for (int i = 1; i <= plan.workers; ++i) {
    const auto made = init_worker(layout, worker_name(i), plan.endpoint, cpu_share(plan.workers));
    if (!made) return made.error();
  }
  if (auto made = write_broker(plan, layout); !made) return made;
  if (auto made = write_masters(plan, layout); !made) return made;
  return write_cluster_file(plan, layout);  // last: with it the folder is whole
}

}  // namespace argosy::client
