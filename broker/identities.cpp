#include "broker/identities.h"

#include "base/check.h"

namespace argosy::broker {

namespace {

Role role_of(fabric::Role role) {
  switch (role) {
    case fabric::Role::broker:
      return Role::broker;
    case fabric::Role::master:
      return Role::master;
    case fabric::Role::worker:
      return Role::worker;
    case fabric::Role::operator_:
      return Role::operator_;
    case fabric::Role::submitter:
      return Role::submitter;
    case fabric::Role::viewer:
      return Role::viewer;
  }
  return Role::none;
}

std::optional<fabric::Role> fabric_role_of(Role role) {
  switch (role) {
    case Role::worker:
      return fabric::Role::worker;
    case Role::submitter:
      return fabric::Role::submitter;
    case Role::viewer:
      return fabric::Role::viewer;
    default:
      return std::nullopt;  // not for masters to push
  }
}

fabric::Standing standing_of(RosterState state) {
  switch (state) {
    case RosterState::enabled:
      return fabric::Standing::enabled;
    case RosterState::disabled:
      return fabric::Standing::disabled;
    case RosterState::removed:
      return fabric::Standing::revoked;
  }
  return fabric::Standing::revoked;
}

}  // namespace

Status Identities::read_file() {
  auto entries = fabric::load_roster(file_);
  if (!entries) return entries.error();
  if (broker_key_) {
    std::erase_if(*entries, [&](const auto& each) { return each.key == *broker_key_; });
    entries->push_back({*broker_key_, "broker", fabric::Role::broker, fabric::Standing::enabled});
  }
  roster_.replace_file_entries(*entries);
  use();
  return Done{};
}

void Identities::push(const std::vector<RosterEntry>& entries) {
  std::vector<fabric::RosterEntry> pushed;
  for (const RosterEntry& each : entries) {
    const auto key = fabric::PublicKey::from_hex(each.key);
    const auto role = fabric_role_of(each.role);
    if (key && role) pushed.push_back({*key, each.name, *role, standing_of(each.state)});
  }
  roster_.replace_pushed_entries(pushed);
  use();
}

void Identities::use() {
  gate_.use(std::make_shared<const fabric::Roster>(roster_));
}

Identity Identities::of(const fabric::PublicKey& key) const {
  const fabric::RosterEntry* entry = roster_.find(key);
  if (entry == nullptr) return {};
  return {role_of(entry->role), entry->name, entry->standing == fabric::Standing::enabled};
}

}  // namespace argosy::broker
