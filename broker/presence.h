// Who is connected: connections by peer, by id and by name, and when each was last heard. protocol.md,
// "Sessions".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "broker/budget.h"
#include "broker/events.h"
#include "broker/options.h"

namespace argosy::broker {

constexpr bool is_client(Role role) {
  return role == Role::operator_ || role == Role::submitter || role == Role::viewer;
}

// A Hello that was answered by Welcome.
struct Connection {
  ConnectionId id;
  PeerId peer;
  Role role = Role::none;
  std::string name;
  SessionId session;
  Host host;
  std::string build;
  Resources capacity;     // workers
  bool draining = false;  // workers
  bool spoke = false;     // said anything since its Hello
  bool held = false;      // workers: its Hello held items
  std::uint64_t incarnation = 0;   // masters: of their catalog; 0: not known
  bool other_catalog = false;      // masters: it is not the cluster's
  std::vector<ShardTerm> claims;   // masters: all that they say they hold
  Time heard;
  Time said;     // by the broker to it
  Time look;     // when Presence looks at it next
  Budget words;           // clients
  bool untold = false;    // clients: refused more than could be told, so they may wait for answers that never come
};

class Presence {
 public:
  explicit Presence(const Options& options) : options_(options) {}

  // Required: no connection of that peer; for masters and workers, none of that name.
  Connection& add(Time now, PeerId peer, const Identity& identity, const Hello& hello);
  void remove(ConnectionId id);

  Connection* of_peer(PeerId peer);
  Connection* of_id(ConnectionId id);
  const Connection* of_id(ConnectionId id) const;
  Connection* of_name(Role role, const std::string& name);  // masters and workers

  std::vector<ConnectionId> masters() const;
  bool any_master() const;

  // The bound that one more of that role would break; nothing: there is room.
  std::optional<std::string> full_for(Role role) const;

  // The next connection that wants a look: it may be silent, or wait for a word of ours.
  std::optional<Time> next_look() const;
  // Those that are due; each is looked at again a heartbeat later.
  std::vector<ConnectionId> take_due(Time now);

  const std::map<ConnectionId, Connection>& all() const { return connections_; }
  std::size_t size() const { return connections_.size(); }
  std::size_t clients() const { return clients_; }
  void audit() const;

 private:
  const Options& options_;
  std::map<ConnectionId, Connection> connections_;
  std::map<PeerId, ConnectionId> peers_;
  std::map<std::pair<Role, std::string>, ConnectionId> names_;
  std::set<std::pair<Time, ConnectionId>> looks_;
  std::size_t clients_ = 0;
  ConnectionId last_;
};

}  // namespace argosy::broker
