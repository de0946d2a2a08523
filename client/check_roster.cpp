#include "client/check_roster.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "broker/config.h"
#include "fabric/keys.h"
#include "fabric/roster.h"
#include "master/config.h"

namespace argosy::client {
namespace {

struct Party {
  fabric::Role role;
  std::string name;
  fabric::PublicKey key;
};

Result<std::vector<Party>> parties_of(const Layout& layout, const Crew& crew, const std::filesystem::path& operator_key) {
  std::vector<Party> out;
  const auto add = [&](fabric::Role role, const std::string& name, const std::filesystem::path& file) -> Status {
    const auto keys = fabric::load_key_pair(file);
    if (!keys) return keys.error();
    out.push_back({role, name, keys->public_key});
    return Done{};
  };
  for (const auto& each : crew.masters) {
    const auto config = master::load_config(layout.role_settings(each == "master" ? each : "master-" + each));
    if (!config) return config.error();
    if (auto added = add(fabric::Role::master, config->name, config->key); !added) return added.error();
  }
  if (operator_key.empty()) return out;
  if (auto added = add(fabric::Role::operator_, "admin", operator_key); !added) return added.error();
  return out;
}

Status check_party(const std::string& file, const std::vector<fabric::RosterEntry>& roster, const Party& party) {
  const std::string line = std::string(to_text(party.role)) + " " + party.name + " " + party.key.hex();
  const auto entry = std::find_if(roster.begin(), roster.end(), [&](const auto& each) { return each.key == party.key; });
  if (entry == roster.end()) return Error{file + ": has no line for a key that takes part here; add: " + line};
  if (entry->role == party.role && entry->standing == fabric::Standing::enabled) return Done{};
  return Error{file + ": a key that takes part here is " + std::string(to_text(entry->role)) + " " + entry->name + ", " +
               std::string(to_text(entry->standing)) + ", in it; the line should be: " + line};
}

}  // namespace

Status check_roster(const Layout& layout, const Crew& crew, const std::filesystem::path& operator_key) {
  const auto parties = parties_of(layout, crew, operator_key);
  if (!parties) return parties.error();
  std::set<std::string> files;  // those of one folder share one
  for (const auto& each : crew.brokers) {
    const auto config = broker::load_config(layout.role_settings(each == "broker" ? each : "broker-" + each));
    if (!config) return config.error();
    files.insert(config->roster);
  }
  for (const auto& file : files) {
    const auto roster = fabric::load_roster(file);
    if (!roster) return roster.error();
    for (const auto& party : *parties) {
      if (auto good = check_party(file, *roster, party); !good) return good;
    }
  }
  return Done{};
}

}  // namespace argosy::client
