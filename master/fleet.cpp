#include "master/fleet.h"

#include <algorithm>

#include "master/claims.h"
#include "master/graph.h"
#include "master/link.h"

namespace argosy::master {
namespace {

constexpr std::size_t sessions_kept = 16;

void become_offline(Step& step, WorkerIndex index, PresenceChange change) {
  Worker& worker = *step.state.workers[index];
  worker.last = change;
  if (!worker.online) return;
  worker.online = false;
  worker.away_at = step.now.wall;
  for (auto& [id, shard] : step.state.shards) {
    const auto lane = shard->lanes.find(index);
    if (lane == shard->lanes.end()) continue;
    lane->second.reconciled = false;
    drop_parked(step, *shard, lane->second);
  }
}

void become_online(Step& step, WorkerIndex index, const WorkerPresence& presence) {
  Worker& worker = *step.state.workers[index];
  const bool same = worker.online && worker.presence.connection == presence.connection &&
                    worker.presence.session == presence.session;
  if (!same) become_offline(step, index, PresenceChange::closed);
  worker.presence = presence;
  worker.online = true;
  worker.last = PresenceChange::here;
}

// Everything that is offered is offered anew, to those who may take it now.
void offer_anew(Step& step) {
  for (auto& [id, shard] : step.state.shards) {
    for (auto& [exec, execution] : shard->executions) {
      for (TaskState& task : execution->tasks) {
        if (task.state != ItemState::ready || task.done) continue;
        stop_offering(*shard, task);
        offer(step, *shard, task);
      }
    }
  }
}

}  // namespace

WorkerIndex find_worker(const State& state, const std::string& name) {
  const auto it = state.worker_names.find(name);
  return it == state.worker_names.end() ? no_worker : it->second;
}

WorkerIndex worker_index(Step& step, const std::string& name) {
  auto [it, is_new] = step.state.worker_names.try_emplace(name, static_cast<WorkerIndex>(step.state.workers.size()));
  if (is_new) {
    step.state.workers.push_back(std::make_unique<Worker>());
    step.state.workers.back()->name = name;
  }
  return it->second;
}

void on_presence(Step& step, const Presence& word) {
  std::set<WorkerIndex> listed;
  for (const WorkerPresence& presence : word.workers) {
    const WorkerIndex index = worker_index(step, presence.worker);
    listed.insert(index);
    if (presence.change == PresenceChange::here) {
      become_online(step, index, presence);
    } else if (step.state.workers[index]->presence.connection == presence.connection) {
      become_offline(step, index, presence.change);
    }
  }
  if (!word.complete) return;
  for (WorkerIndex index = 0; index < step.state.workers.size(); ++index) {
    if (listed.count(index) == 0) become_offline(step, index, PresenceChange::closed);
  }
}

void on_fleet_news(Step& step, FleetNews&& news) {
  State& state = step.state;
  if (state.fleet_known && news.serial < state.fleet_serial) return;
  state.fleet_known = true;
  state.fleet_serial = news.serial;
  if (news.incarnation != state.roster.incarnation) state.link.other_catalog = false;  // this one the broker has not refused
  state.incarnation = state.roster.incarnation = news.incarnation;
  for (auto& worker : state.workers) worker->enrolled = false;
  std::vector<std::string> may;
  bool some_drain = false;
  state.roster.serial = news.serial;
  state.roster.entries = std::move(news.others);
  for (Enrolled& enrolled : news.workers) {
    Worker& worker = *state.workers[worker_index(step, enrolled.name)];
    state.roster.entries.push_back({enrolled.key, enrolled.name, Role::worker, enrolled.state, enrolled.tags});
    if (enrolled.draining) some_drain = true;
    if (enrolled.state == RosterState::enabled && !enrolled.draining) may.push_back(enrolled.name);
    worker.enrolled = enrolled.state != RosterState::removed;
    worker.setting = std::move(enrolled);
  }
  std::sort(may.begin(), may.end());
  const bool other = some_drain != state.some_drain || (some_drain && may != state.not_draining);
  state.some_drain = some_drain;
  state.not_draining = std::move(may);
  if (other) offer_anew(step);
  say_to_broker(step, state.roster);
  if (news.endpoint.serial <= state.endpoint.serial) return;
  state.endpoint = std::move(news.endpoint);
  say_endpoint(step);
}

void worker_heard(Step& step, WorkerIndex index, SessionId session, ConnectionId connection) {
  Worker& worker = *step.state.workers[index];
  if (worker.online && worker.presence.connection == connection && worker.presence.session == session) return;
  WorkerPresence presence = worker.presence;
  presence.worker = worker.name;
  presence.session = session;
  presence.connection = connection;
  become_online(step, index, presence);
}

std::string away_text(const Worker& worker, const Shard& shard) {
  if (worker.away_at.us == 0) return "not heard since this master took over at " + clock_text(shard.adopted_wall);
  const std::string at = clock_text(worker.away_at);
  switch (worker.last) {
    case PresenceChange::silent: return "silent since " + at;
    case PresenceChange::left: return "which left at " + at;
    default: return "not connected since " + at;
  }
}

void remember_session(Worker& worker, SessionId session, SessionId predecessor, const Host& host) {
  const auto it = std::find_if(worker.sessions.begin(), worker.sessions.end(),
                               [&](const Session& s) { return s.session == session; });
  if (it != worker.sessions.end()) return;
  worker.sessions.push_back({session, predecessor, host});
  if (worker.sessions.size() > sessions_kept) worker.sessions.pop_front();
}

bool proved_dead(const Worker& worker, SessionId earlier) {
  if (worker.sessions.empty() || worker.sessions.back().session == earlier) return false;
  const Session& present = worker.sessions.back();
  const auto find = [&](SessionId id) -> const Session* {
    const auto it = std::find_if(worker.sessions.begin(), worker.sessions.end(),
                                 [&](const Session& s) { return s.session == id; });
    return it == worker.sessions.end() ? nullptr : &*it;
  };
  const Session* known = find(earlier);
  if (known != nullptr && known->host.machine_id != present.host.machine_id) return false;
  if (known != nullptr && known->host.boot_id != present.host.boot_id) return true;
  // Along the chain of predecessors: each swept what the one before it left.
  SessionId at = present.predecessor;
  for (std::size_t hops = 0; at.value != 0 && hops <= sessions_kept; ++hops) {
    if (at == earlier) return true;
    const Session* next = find(at);
    if (next == nullptr || next->host.machine_id != present.host.machine_id) return false;
    at = next->predecessor;
  }
  return false;
}

}  // namespace argosy::master
