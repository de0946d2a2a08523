// Who comes, stays and leaves, and who holds which shard. protocol.md, "Sessions".
#include <algorithm>
#include <utility>

#include "broker/turn.h"

namespace argosy::broker {

namespace {

constexpr std::size_t kEndpointBytes = 256;
constexpr std::size_t kCertificateBytes = 64 * 1024;

// What catalogs approve. Masters and operators stand in files on the broker's host: no push makes one.
bool may_be_pushed(const RosterEntry& entry) {
  return entry.role == Role::worker || entry.role == Role::submitter || entry.role == Role::viewer;
}

WorkerPresence presence_of(const Connection& worker, PresenceChange change) {
  return {worker.name, worker.session, worker.id,       change,
          worker.host, worker.build,   worker.capacity, worker.draining};
}

}  // namespace

void Machine::Turn::hello(const MessageCame& message, Connection* before, const Hello& hello) {
  if (const auto refusal = ask_hello(message.identity, hello, options_)) {
    return refuse(message, refusal->reason, refusal->text);
  }
  if (before != nullptr && is_repeat(*before, hello)) {
    before->heard = now_;
    return welcome(*before);
  }
  const Budget words = before == nullptr ? Budget{} : before->words;
  if (before != nullptr) forget(*before);
  if (!make_way(message, hello)) return;

  count(Count::hellos);
  std::get<Serving>(state_.reign).greeted = true;
  Connection& connection = state_.presence.add(now_, message.peer, message.identity, hello);
  connection.words = words;
  if (connection.role == Role::worker) {
    state_.matcher.add_worker(connection.id, connection.name, hello);
    // Before anything that the worker says, so that masters know the connection it says it on.
    tell_presence(connection, PresenceChange::here);
  }
  if (connection.role == Role::master) {
    weigh_catalog(connection);
    claim(connection, hello.holds);
  }
  welcome(connection);
  if (connection.role == Role::master) {
    tell_everybody_present(connection);
    state_.report_wanted = true;
  }
}

// Said again because the Welcome is still on its way: the connection stays what it is.
bool Machine::Turn::is_repeat(const Connection& before, const Hello& hello) const {
  if (before.spoke || before.session != hello.session || before.draining != hello.draining) return false;
  if (before.capacity != hello.capacity || before.held || !hello.held.empty()) return false;
  if (before.incarnation != hello.incarnation) return false;
  const auto held = [&](const ShardTerm& each) { return state_.routes.holds(before.id, each); };
  return std::all_of(hello.holds.begin(), hello.holds.end(), held);
}

// One name, one connection: the older one goes, or stays and this is its twin. Then there must be room.
// False: refused.
bool Machine::Turn::make_way(const MessageCame& message, const Hello& hello) {
  Connection* older = is_client(message.identity.role)
                          ? nullptr
                          : state_.presence.of_name(message.identity.role, message.identity.name);
  if (older != nullptr && older->host.machine_id != hello.host.machine_id &&
      older->heard + options_.silence > now_) {
    refuse(message, Refusal::twin, older->name + " is connected from host " + older->host.name);
    return false;
  }
  if (older != nullptr) forget(*older);
  if (const auto bound = state_.presence.full_for(message.identity.role)) {
    refuse(message, Refusal::busy, *bound + " is reached: say Hello again later");
    return false;
  }
  return true;
}

void Machine::Turn::welcome(Connection& connection) {
  send(connection, Welcome{connection.id, options_.heartbeat, options_.silence, state_.routes.holders(),
                           options_.cluster});
  if (state_.endpoint.serial > 0) send(connection, state_.endpoint);
}

void Machine::Turn::bye(Connection& connection) {
  leave(connection, PresenceChange::left);
}

void Machine::Turn::holding(Connection& master, const Holding& holding) {
  if (holding.incarnation != 0) master.incarnation = holding.incarnation;
  weigh_catalog(master);
  claim(master, holding.holds);
}

// What a master on another catalog holds is remembered: its Roster may yet show that that one was restored.
void Machine::Turn::claim(Connection& master, const std::vector<ShardTerm>& holds) {
  master.claims = holds;
  if (!master.other_catalog) return hold(master, holds);
  count(Count::dropped_other_catalog, holds.size());
}

void Machine::Turn::hold(Connection& master, const std::vector<ShardTerm>& holds) {
  Routes::Changes changes = state_.routes.hold(master.id, master.name, holds);
  count(Count::dropped_old_holding, changes.refused);
  std::vector<ShardId> changed = std::move(changes.lost);
  changed.insert(changed.end(), changes.gained.begin(), changes.gained.end());
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const ShardId shard : changed) count(Count::offers_withdrawn, state_.queue.drop_shard(shard));
  tell_holders(changed, master.id);
}

void Machine::Turn::tell_holders(const std::vector<ShardId>& shards, ConnectionId but) {
  if (shards.empty()) return;
  const Holders word{state_.routes.holders(shards)};
  for (const auto& [id, connection] : state_.presence.all()) {
    if (id != but) send(*state_.presence.of_id(id), word);
  }
}

void Machine::Turn::tell_presence(const Connection& worker, PresenceChange change) {
  send_masters(argosy::Presence{false, {presence_of(worker, change)}});
}

void Machine::Turn::tell_everybody_present(Connection& master) {
  argosy::Presence everybody{true, {}};
  for (const auto& [id, connection] : state_.presence.all()) {
    if (connection.role == Role::worker)
      everybody.workers.push_back(presence_of(connection, PresenceChange::here));
  }
  send(master, std::move(everybody));
}

void Machine::Turn::leave(Connection& connection, PresenceChange how) {
  if (connection.role == Role::worker) tell_presence(connection, how);
  forget(connection);
}

void Machine::Turn::forget(Connection& connection) {
  if (connection.role == Role::worker) state_.matcher.remove_worker(connection.id);
  if (connection.role == Role::master) hold(connection, {});
  state_.presence.remove(connection.id);
}

// Whether it is silent, and whether it must hear that we are here.
void Machine::Turn::look(Connection& connection) {
  if (connection.heard + options_.silence <= now_) return leave(connection, PresenceChange::silent);
  if (connection.said + options_.heartbeat <= now_) send(connection, Pong{});
}

void Machine::Turn::roster(const MessageCame& message, Connection& master, const Roster& roster) {
  if (roster.incarnation != 0) master.incarnation = roster.incarnation;
  const bool whole = take_roster(roster);
  weigh_catalog(master);
  if (master.other_catalog) return refuse_catalog(master);
  if (whole) return;
  refuse(message, Refusal::invalid,
         "entries of roles other than worker, submitter and viewer are left out: those stand in "
         "the roster file on the broker's host");
}

bool Machine::Turn::take_roster(const Roster& roster) {
  if (is_of_strange_catalog(state_.roster, roster)) {
    count(Count::dropped_other_catalog);
    return true;
  }
  if (roster.serial < state_.roster.serial) {
    count(Count::dropped_old_roster);
    return true;
  }
  Roster taken{roster.serial, {}, incarnation_after(state_.roster, roster)};
  std::copy_if(roster.entries.begin(), roster.entries.end(), std::back_inserter(taken.entries), may_be_pushed);
  std::map<std::string, std::vector<std::string>> tags;
  for (const RosterEntry& each : taken.entries) {
    if (each.role == Role::worker && !each.tags.empty()) tags[each.name] = each.tags;
  }
  state_.matcher.give_tags(std::move(tags));
  const bool whole = taken.entries.size() == roster.entries.size();
  state_.roster = std::move(taken);
  out_.roster = RosterUpdate{state_.roster.serial, state_.roster.entries, state_.roster.incarnation};
  for (const ConnectionId id : state_.presence.masters()) {
    Connection& master = *state_.presence.of_id(id);
    if (weigh_catalog(master)) refuse_catalog(master);  // it still runs on the former one
  }
  return whole;
}

void Machine::Turn::endpoint(const MessageCame& message, const Endpoint& endpoint) {
  if (endpoint.serial == 0 || !endpoint.endpoint.starts_with("tcp://") || endpoint.certificates.empty()) {
    return refuse(message, Refusal::invalid,
                  "Endpoint wants a serial above 0, an endpoint tcp://HOST:PORT and its certificates");
  }
  if (endpoint.endpoint.size() > kEndpointBytes || endpoint.certificates.size() > kCertificateBytes) {
    return refuse(message, Refusal::too_large,
                  "Endpoint is longer than 256 bytes, or its certificates than 64 KiB");
  }
  take_endpoint(endpoint);
}

void Machine::Turn::take_endpoint(const Endpoint& endpoint) {
  if (endpoint.serial <= state_.endpoint.serial) return count(Count::dropped_old_endpoint);
  state_.endpoint = endpoint;
  out_.endpoint = endpoint;
  if (!std::holds_alternative<Serving>(state_.reign)) return;
  for (const auto& [id, connection] : state_.presence.all()) send(*state_.presence.of_id(id), endpoint);
}

}  // namespace argosy::broker
