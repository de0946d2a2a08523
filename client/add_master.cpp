#include "client/add_master.h"

#include "client/check_plan.h"
#include "client/crew.h"
#include "client/profile.h"
#include "fabric/keys.h"
#include "master/config.h"

namespace argosy::client {

Result<AddedMaster> add_master(const Layout& layout, const std::string& name) {
  if (auto good = check_party(name, "a master"); !good) return good.error();
  if (const auto cluster = load_cluster_file(layout.cluster()); !cluster) return cluster.error();
  const auto first = master::load_config(layout.role_settings("master"));
  if (!first) return first.error();
  const auto settings = layout.role_settings("master-" + name);
  if (first->name == name || std::filesystem::exists(settings)) {
    return Error{"master " + name + " is there already: " + (first->name == name ? layout.role_settings("master") : settings).string()};
  }
  if (auto made = init_master(layout, name); !made) return made.error();
  const auto keys = fabric::load_key_pair(layout.party_key("master", name));
  if (!keys) return keys.error();
  const std::string key = keys->public_key.hex();
  return AddedMaster{key, settings.string(), "master " + name + " " + key, first->catalog.starts_with("sqlite:")};
}

}  // namespace argosy::client
