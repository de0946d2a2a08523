#include "broker/presence.h"

#include <algorithm>

#include "base/check.h"

namespace argosy::broker {

Connection& Presence::add(Time now, PeerId peer, const Identity& identity, const Hello& hello) {
  last_ = {last_.value + 1};
  CHECK(peers_.emplace(peer, last_).second);
  if (is_client(identity.role)) {
    ++clients_;
  } else {
    CHECK(names_.emplace(std::pair{identity.role, identity.name}, last_).second);
  }
  Connection& connection = connections_[last_];
  connection.id = last_;
  connection.peer = peer;
  connection.role = identity.role;
  connection.name = identity.name;
  connection.session = hello.session;
  connection.host = hello.host;
  connection.build = hello.build;
  connection.capacity = hello.capacity;
  connection.draining = hello.draining;
  connection.held = !hello.held.empty();
  connection.incarnation = hello.incarnation;
  connection.heard = now;
  connection.said = now;
  connection.look = now + options_.heartbeat;
  looks_.insert({connection.look, last_});
  return connection;
}

void Presence::remove(ConnectionId id) {
  const auto place = connections_.find(id);
  CHECK(place != connections_.end());
  const Connection& connection = place->second;
  peers_.erase(connection.peer);
  looks_.erase({connection.look, id});
  if (is_client(connection.role)) {
    --clients_;
  } else {
    names_.erase({connection.role, connection.name});
  }
  connections_.erase(place);
}

Connection* Presence::of_peer(PeerId peer) {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : of_id(found->second);
}

Connection* Presence::of_id(ConnectionId id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : &found->second;
}

const Connection* Presence::of_id(ConnectionId id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : &found->second;
}

Connection* Presence::of_name(Role role, const std::string& name) {
  const auto found = names_.find({role, name});
  return found == names_.end() ? nullptr : of_id(found->second);
}

std::vector<ConnectionId> Presence::masters() const {
  std::vector<ConnectionId> masters;
  for (auto each = names_.lower_bound({Role::master, ""});
       each != names_.end() && each->first.first == Role::master; ++each) {
    masters.push_back(each->second);
  }
  return masters;
}

bool Presence::any_master() const {
  const auto first = names_.lower_bound({Role::master, ""});
  return first != names_.end() && first->first.first == Role::master;
}

std::optional<std::string> Presence::full_for(Role role) const {
  if (connections_.size() >= options_.max_connections) return "max_connections";
  if (is_client(role) && clients_ >= options_.max_clients) return "max_clients";
  return std::nullopt;
}

std::optional<Time> Presence::next_look() const {
  if (looks_.empty()) return std::nullopt;
  return looks_.begin()->first;
}

std::vector<ConnectionId> Presence::take_due(Time now) {
  std::vector<ConnectionId> due;
  while (!looks_.empty() && looks_.begin()->first <= now) {
    due.push_back(looks_.begin()->second);
    looks_.erase(looks_.begin());
  }
  for (const ConnectionId id : due) {
    Connection& connection = connections_.at(id);
    const Time silent = connection.heard + options_.silence;
    connection.look = silent > now ? std::min(now + options_.heartbeat, silent) : now + options_.heartbeat;
    looks_.insert({connection.look, id});
  }
  return due;
}

void Presence::audit() const {
  CHECK(peers_.size() == connections_.size() && looks_.size() == connections_.size());
  CHECK(names_.size() + clients_ == connections_.size());
  CHECK(connections_.size() <= options_.max_connections && clients_ <= options_.max_clients);
  for (const auto& [id, connection] : connections_) {
    CHECK(peers_.at(connection.peer) == id && looks_.contains({connection.look, id}));
  }
}

}  // namespace argosy::broker
