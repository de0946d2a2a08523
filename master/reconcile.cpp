#include "master/reconcile.h"

#include <algorithm>

#include "base/check.h"
#include "master/batches.h"
#include "master/claims.h"
#include "master/fleet.h"
#include "master/results.h"

namespace argosy::master {
namespace {

constexpr Duration sweep_every = milliseconds(250);
constexpr std::uint64_t window_untold = 8 << 20;  // what a session may assume until told otherwise

// How long it may last here until this much has passed by another's clock: one is 1 % fast, the other 1 % slow.
Duration by_slowest_clock(Duration elsewhere) {
  return {(elsewhere.us * 101 + 98) / 99};
}

// The lane speaks for another session or connection from now on.
Lane& enter_lane(Step& step, Shard& shard, WorkerIndex worker, SessionId session, ConnectionId connection) {
  Lane& lane = shard.lanes[worker];
  if (lane.session == session && lane.connection == connection) return lane;
  lane.reconciled = false;
  lane.again.clear();
  lane.window_bytes = window_untold;
  if (lane.session != session) {
    if (lane.session.value != 0 && lane.renewal.value != 0) lane.earlier[lane.session] = lane.granted_at;
    lane.renewal = {};
    lane.inventory = 0;
    lane.session = session;
  }
  lane.connection = connection;
  unpark(step, shard, worker, lane);
  return lane;
}

bool contains(const std::vector<AttemptRef>& sorted, const AttemptRef& attempt) {
  return std::binary_search(sorted.begin(), sorted.end(), attempt);
}

struct Compared {
  std::vector<AttemptRef> lost;
  std::vector<Grant> again;
  std::vector<LogSaid> logs;
  Stop stop;
};

// One attempt that the catalog gives to this worker.
void compare(Shard& shard, WorkerIndex worker, const Worker& who, const Lane& lane, const AttemptRef& attempt, bool believed,
             const std::vector<AttemptRef>& held, const std::vector<AttemptRef>& finished, Compared& out) {
  TaskState* task = find_task(shard, attempt.item);
  CHECK(task != nullptr);
  const OpenItem& item = task->open.at(attempt.item.item.value);
  const bool ended = contains(finished, attempt), runs = contains(held, attempt);
  const bool this_session = item.session == lane.session;
  const bool stopping = task->execution->status == ExecutionStatus::stopping;
  if (ended || (this_session && runs)) {
    out.logs.push_back({worker, item.session, attempt, item.log_taken});
    if (!ended && stopping) out.stop.attempts.push_back(attempt);
  } else if (this_session) {
    out.again.push_back({attempt, worker, lane.session, lane.connection, true});
  } else if (believed || proved_dead(who, item.session)) {
    out.lost.push_back(attempt);
  }
}

bool is_open_here(Shard& shard, WorkerIndex worker, const AttemptRef& attempt) {
  const auto lane = shard.lanes.find(worker);
  return lane != shard.lanes.end() && lane->second.open.count(attempt) > 0;
}

std::vector<AttemptRef> sorted(std::vector<AttemptRef> attempts) {
  std::sort(attempts.begin(), attempts.end());
  return attempts;
}

std::uint64_t log_window(const State& state) {
  std::uint64_t online = 0;
  for (const auto& worker : state.workers) online += worker->online;
  const std::uint64_t share = state.limits.log_total_bytes / std::max<std::uint64_t>(1, online);
  return std::clamp(share, state.limits.log_window_least_bytes, state.limits.log_window_bytes);
}

// What the worker has was given by a catalog that was replaced by a restored one.
bool is_of_another_catalog(const Shard& shard, std::uint64_t incarnation) {
  return incarnation != 0 && shard.incarnation != 0 && incarnation != shard.incarnation;
}

bool may_renew(const Step& step, const Shard& shard) {
  const Ledger& ledger = shard.ledger;
  return ledger.confirmed && step.now.steady - ledger.confirmed_at <= shard.grace;
}

}  // namespace

void on_inventory(Step& step, Shard& shard, WorkerIndex index, ConnectionId connection, const Inventory& word) {
  Worker& worker = *step.state.workers[index];
  worker_heard(step, index, word.session, connection);
  if (is_of_another_catalog(shard, word.incarnation)) return step.ignore(Ignored::other_incarnation);
  Lane& lane = enter_lane(step, shard, index, word.session, connection);
  if (word.serial < lane.inventory) return step.ignore(Ignored::old_inventory);
  lane.inventory = word.serial;
  lane.reconciled = false;
  lane.window_bytes = window_untold;  // what it was told may have been lost with our own connection
  remember_session(worker, word.session, word.predecessor, word.host);
  const std::vector<AttemptRef> held = sorted(word.held), finished = sorted(word.finished);
  Compared compared;
  for (const AttemptRef& attempt : lane.open) {
    compare(shard, index, worker, lane, attempt, step.state.bugs.session_believed, held, finished, compared);
  }
  Drop drop{word.session, {}};
  for (const AttemptRef& attempt : held) {
    if (!is_open_here(shard, index, attempt)) drop.attempts.push_back(attempt);
  }
  if (!drop.attempts.empty()) say_to_worker(step, shard, index, std::move(drop));
  compared.stop.session = word.session;
  if (!compared.stop.attempts.empty()) say_to_worker(step, shard, index, std::move(compared.stop));
  for (const AttemptRef& attempt : compared.lost) {
    lose_attempt(step, shard, attempt, worker.name + " came back without it: its earlier session is dead");
  }
  Then& then = open_batch(step, shard).then;
  for (const AttemptRef& attempt : finished) {
    if (is_open_here(shard, index, attempt)) continue;
    step.ignore(Ignored::late_end);
    then.ends.push_back({index, word.session, attempt});
  }
  then.logs.insert(then.logs.end(), compared.logs.begin(), compared.logs.end());
  then.grants.insert(then.grants.end(), compared.again.begin(), compared.again.end());
  then.reconciling.push_back({index, lane.session, lane.connection, word.serial});
}

void on_renew(Step& step, Shard& shard, WorkerIndex index, ConnectionId connection, const Renew& word) {
  worker_heard(step, index, word.session, connection);
  const Granted granted{word.session, word.renewal, shard.lease, shard.grace, shard.incarnation};
  if (is_of_another_catalog(shard, word.incarnation)) {  // told so: it forgets all, and comes back as a new session
    step.ignore(Ignored::other_incarnation);
    return say_to_worker(step, shard, index, granted);
  }
  Lane& lane = enter_lane(step, shard, index, word.session, connection);
  if (word.renewal < lane.renewal) return step.ignore(Ignored::old_renewal);
  if (!may_renew(step, shard)) return step.ignore(Ignored::lease_unconfirmed);
  lane.renewal = word.renewal;
  lane.granted_at = step.now.steady;
  say_to_worker(step, shard, index, granted);
  if (!lane.again.empty()) {
    auto& grants = open_batch(step, shard).then.grants;
    grants.insert(grants.end(), lane.again.begin(), lane.again.end());
    lane.again.clear();
  }
  unpark(step, shard, index, lane);
}

void become_reconciled(Step& step, Shard& shard, const Reconciling& what) {
  Lane& lane = shard.lanes[what.worker];
  const Worker& worker = *step.state.workers[what.worker];
  if (lane.session != what.session || lane.connection != what.connection || lane.inventory != what.serial) return;
  if (!worker.online || worker.presence.connection != what.connection) return;
  lane.reconciled = true;
  const std::uint64_t window = log_window(step.state);
  if (window != lane.window_bytes) {  // before Reconciled, after which it sends what it has
    lane.window_bytes = window;
    say_to_worker(step, shard, what.worker, LogCredit{what.session, window});
  }
  say_to_worker(step, shard, what.worker, Reconciled{what.session, what.serial});
  unpark(step, shard, what.worker, lane);
}

std::uint64_t lose_worker(Step& step, Shard& shard, WorkerIndex index, const std::string& why) {
  const auto it = shard.lanes.find(index);
  if (it == shard.lanes.end()) return 0;
  const std::vector<AttemptRef> open(it->second.open.begin(), it->second.open.end());
  for (const AttemptRef& attempt : open) lose_attempt(step, shard, attempt, why);
  return open.size();
}

Duration lost_after(const Limits& limits, Duration lease) {
  const Duration most = by_slowest_clock(lease + limits.kill_time);
  const Duration lost = most + limits.lost_margin;
  CHECK(lost > most);
  return lost;
}

Time lost_at(const State& state, const Shard& shard, const Lane& lane, const TaskState& task, const OpenItem& item) {
  const Duration after = lost_after(state.limits, body_of(task).lease);
  if (item.session == lane.session && lane.renewal.value != 0) return lane.granted_at + after;
  const auto earlier = lane.earlier.find(item.session);
  if (earlier != lane.earlier.end()) return earlier->second + after;
  if (state.bugs.adopter_does_not_wait) return shard.adopted_at;
  // Never granted by this holder: the former one may have granted for as long as its grace.
  return shard.adopted_at + after + by_slowest_clock(shard.former_grace);
}

void tick_lost(Step& step, Shard& shard) {
  if (step.now.steady < shard.next_lost_sweep) return;
  shard.next_lost_sweep = step.now.steady + sweep_every;
  for (auto& [index, lane] : shard.lanes) {
    if (lane.open.empty()) {
      lane.earlier.clear();
      continue;
    }
    std::vector<AttemptRef> lost;
    for (const AttemptRef& attempt : lane.open) {
      const TaskState& task = *find_task(shard, attempt.item);
      if (lost_at(step.state, shard, lane, task, task.open.at(attempt.item.item.value)) <= step.now.steady) {
        lost.push_back(attempt);
      }
    }
    const Worker& worker = *step.state.workers[index];
    const std::string why = worker.online ? "is heard, and the lease that this rested on is over"
                                          : away_text(worker, shard) + ", longer than its lease";
    Declined unsaid;
    for (const AttemptRef& attempt : lost) {
      // Its Run may never have been said (the catalog was away): then the worker cannot free its room at the broker.
      const OpenItem& item = find_task(shard, attempt.item)->open.at(attempt.item.item.value);
      if (worker.online && item.state == ItemState::claimed && item.session == lane.session) {
        unsaid.claims.push_back({attempt.item, worker.name, item.session, lane.connection});
      }
      lose_attempt(step, shard, attempt, "worker " + worker.name + " " + why);
    }
    if (!unsaid.claims.empty()) say_to_broker(step, std::move(unsaid));
  }
}

std::optional<Time> lost_deadline(const Shard& shard) {
  for (const auto& [index, lane] : shard.lanes) {
    if (!lane.open.empty()) return shard.next_lost_sweep;
  }
  return std::nullopt;
}

}  // namespace argosy::master
