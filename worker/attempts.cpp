// Machine, the part about attempts: from Run to the end in the spool.
#include <algorithm>

#include "base/check.h"
#include "worker/machine.h"

namespace argosy::worker {

// -- From Run to a process.

void Machine::on_run(ShardId id, const Run& word) {
  Shard& shard = state_.shards.at(id);
  std::vector<std::shared_ptr<const TaskSpec>> specs;
  specs.reserve(word.specs.size());
  for (const auto& spec : word.specs) specs.push_back(std::make_shared<const TaskSpec>(spec));
  Return refused{identity_.session, "the lease that it rests on is over, or the worker is stopping", false, {}};
  Return forgotten{identity_.session, "it has ended here already", true, {}};
  std::optional<Duration> stale;  // shortest lease of a task whose Run rests on a renewal that is too old for it
  for (const auto& item : word.items) {
    if (item.spec >= specs.size()) continue;
    if (state_.attempts.contains(item.attempt)) {
      ++state_.ignored[static_cast<std::size_t>(Ignored::already_held)];
      continue;
    }
    if (state_.forgotten.contains(item.attempt)) {
      forgotten.attempts.push_back(item.attempt);
      continue;
    }
    if (state_.returned.contains(item.attempt)) {  // its master may have given the next attempt to somebody already
      refused.attempts.push_back(item.attempt);
      continue;
    }
    const auto& spec = specs[item.spec];
    const bool runs = lease_runs(shard, word.renewal, spec->body);
    if (!runs) stale = std::min(stale.value_or(spec->body.lease), spec->body.lease);
    if (state_.shutting_down || !runs ||
        !state_.slots.add(item.attempt, spec->body.resources)) {
      refused.attempts.push_back(item.attempt);
      state_.returned.add(item.attempt);
      state_.freed.push_back(item.attempt.item);
      continue;
    }
    shard.leases.insert(spec->body.lease);
    state_.attempts.emplace(item.attempt, Attempt{.session = identity_.session, .shard = id, .spec = spec,
                                                  .value = item.value, .id = item.id, .phase = Waiting{now_.steady},
                                                  .stop_reason = {}, .logs = {}, .log_bytes = 0});
  }
  // Who runs nothing renews as seldom as the shard's lease allows, and a task may have a much shorter one. The Renew goes
  // first: what the Return makes claimed again then rests on it. Without it Run and Return would take turns until it is due.
  if (stale && now_.steady >= shard.lease.next_ask(*stale)) renew(id);
  say_credit();
  if (!refused.attempts.empty()) say_to_master(id, std::move(refused));
  if (!forgotten.attempts.empty()) say_to_master(id, std::move(forgotten));
}

bool Machine::lease_runs(const Shard& shard, Renewal renewal, const Task& task) const {
  if (bugs_.obey_late_run) return true;
  if (renewal > shard.lease.granted() && shard.lease.granted() != Renewal{}) return false;
  const auto until = shard.lease.deadline(renewal, task.lease);
  return until && now_.steady < *until;
}

void Machine::start_waiting() {
  while (const auto ref = state_.slots.start_next()) begin(*ref);
}

// While tasks are short the keeper has the next ones at hand, so that it need not ask after each of them.
void Machine::queue_waiting() {
  const std::size_t depth = queue_depth();
  if (depth == 0) return;
  const auto allowed = [this](AttemptRef next, AttemptRef running) { return may_follow(next, running); };
  while (const auto next = state_.slots.queue_next(depth, allowed)) {
    start(next->attempt, state_.attempts.at(next->attempt), next->behind);
  }
}

// Behind all that run together at most a quarter of what may wait here: the rest can still go back to the master.
std::size_t Machine::queue_depth() const {
  if (state_.shutting_down || state_.prefetch_now < limits_.queue_from || state_.slots.waiting_count() == 0) return 0;
  const auto running = static_cast<std::uint32_t>(std::max<std::size_t>(1, state_.slots.running_count()));
  return std::clamp(state_.prefetch_now / (4 * running), 1u, limits_.queue_most);
}

// The keeper can only wait for one that it was given, and a content that is in use there is at hand.
bool Machine::may_follow(AttemptRef next, AttemptRef running) const {
  const Attempt& before = state_.attempts.at(running);
  if (!std::holds_alternative<Starting>(before.phase) && !std::holds_alternative<Running>(before.phase)) return false;
  const std::string& content = state_.attempts.at(next).spec->content;
  return content.empty() || content == before.spec->content;
}

// One that runs turned out to be long: what is queued behind it may run elsewhere.
void Machine::recall_queued() {
  if (state_.prefetch_now >= limits_.recall_below || state_.shutting_down) return;
  for (const auto& ref : state_.slots.queued_attempts()) {
    auto* starting = std::get_if<Starting>(&state_.attempts.at(ref).phase);
    if (starting == nullptr || starting->recalled) continue;
    starting->recalled = true;
    out_->recalls.push_back({ref});
  }
}

void Machine::on_recalled(AttemptRef ref) {
  const auto it = state_.attempts.find(ref);
  if (it == state_.attempts.end() || !std::holds_alternative<Starting>(it->second.phase)) return;
  Attempt& attempt = it->second;
  if (attempt.stop_reason) {
    return become_ended(ref, attempt, {.attempt = ref, .reason = *attempt.stop_reason, .ended_at = now_.wall});
  }
  state_.slots.put_back(ref);
  attempt.phase = Waiting{now_.steady};
}

void Machine::begin(AttemptRef ref) {
  Attempt& attempt = state_.attempts.at(ref);
  if (attempt.spec->content.empty()) return start(ref, attempt, std::nullopt);
  attempt.phase = Fetching{now_.steady};
  const auto [it, is_new] = state_.fetches.try_emplace(attempt.spec->content, Fetch{attempt.shard, false, 0, {}});
  if (is_new) out_->want_content.push_back(it->first);
}

void Machine::start(AttemptRef ref, Attempt& attempt, std::optional<AttemptRef> behind) {
  const Shard& shard = state_.shards.at(attempt.shard);
  const auto until = shard.lease.deadline(attempt.spec->body.lease);
  if (!bugs_.obey_late_run && (!until || now_.steady >= *until)) {
    return give_back(ref, "its lease ended before it could start");
  }
  attempt.phase = Starting{now_.steady, false};
  const Time deadline = until.value_or(now_.steady + attempt.spec->body.lease);
  out_->starts.push_back({ref, attempt.shard, attempt.spec, attempt.value, attempt.id, deadline, behind});
}

// -- A running process.

void Machine::on_started(const TaskStarted& event) {
  const auto it = state_.attempts.find(event.attempt);
  if (it == state_.attempts.end() || !std::holds_alternative<Starting>(it->second.phase)) return;
  Attempt& attempt = it->second;
  attempt.phase = Running{.since = now_.steady, .started_at = event.at, .pid = event.pid, .announced = false,
                          .blocked_since = {}, .blocked = {}, .over_at = {}};
  state_.announcements.emplace_back(now_.steady + limits_.announce_after, event.attempt);
  const Duration limit = attempt.spec->body.limits.time;
  if (limit > Duration{}) look_at_time(event.attempt, std::get<Running>(attempt.phase), now_.steady + limit);
}

// What the process showed, seen with what was asked of it: after a SIGTERM of ours its exit says nothing more.
EndReason Machine::reason_of(const Attempt& attempt, EndReason shown) const {
  if (!attempt.stop_reason || shown == EndReason::keeper_died || shown == EndReason::lease_ended) return shown;
  return *attempt.stop_reason;
}

void Machine::on_ended(const TaskEnded& event) {
  const auto it = state_.attempts.find(event.end.attempt);
  if (it == state_.attempts.end() || std::holds_alternative<Ended>(it->second.phase)) return;
  Attempt& attempt = it->second;
  AttemptEnd end = event.end;
  end.reason = reason_of(attempt, end.reason);
  const auto* running = std::get_if<Running>(&attempt.phase);
  const auto* starting = std::get_if<Starting>(&attempt.phase);
  if (running != nullptr || starting != nullptr) {
    // By the keeper's clock where it says so: it tells starts and ends of short tasks together.
    const Time since = running != nullptr ? running->since : starting->since;
    state_.prefetch.ended(end.started_at.us != 0 ? end.ended_at - end.started_at : now_.steady - since);
    state_.prefetch_now = prefetch_window();
  }
  become_ended(end.attempt, attempt, std::move(end));
}

void Machine::become_ended(AttemptRef ref, Attempt& attempt, AttemptEnd end) {
  leave_slot(ref, attempt);
  out_->spool_ends.push_back({attempt.session, attempt.shard, end});
  attempt.phase = Ended{std::move(end), false};
}

// The room is free for another: said to the broker before the end is said to the master.
void Machine::leave_slot(AttemptRef ref, const Attempt& attempt) {
  state_.slots.remove(ref);
  state_.freed.push_back(ref.item);
  auto& leases = state_.shards.at(attempt.shard).leases;
  if (const auto it = leases.find(attempt.spec->body.lease); it != leases.end()) leases.erase(it);
  const auto* running = std::get_if<Running>(&attempt.phase);
  if (running != nullptr && running->over_at) state_.time_limits.erase({*running->over_at, ref});
}

void Machine::on_end_spooled(AttemptRef ref) {
  const auto it = state_.attempts.find(ref);
  if (it == state_.attempts.end()) return;
  auto* ended = std::get_if<Ended>(&it->second.phase);
  if (ended == nullptr || ended->spooled) return;
  ended->spooled = true;
  state_.shards.at(it->second.shard).finish_queue.push_back(ref);
}

void Machine::on_log_spooled(const LogSpooled& event) {
  const auto it = state_.attempts.find(event.attempt);
  if (it == state_.attempts.end()) return;
  Attempt& attempt = it->second;
  attempt.logs.push_back({event.offset, event.length, event.wire_bytes, false});
  attempt.log_bytes = event.offset + event.length;
  Shard& shard = state_.shards.at(attempt.shard);
  shard.log_queue.emplace_back(event.attempt, event.offset);
  shard.log_unsent += event.wire_bytes;
  const std::uint64_t limit = attempt.spec ? attempt.spec->body.limits.log_bytes : 0;
  if (limit > 0 && attempt.log_bytes > limit) stop_attempt(event.attempt, EndReason::log_limit);
}

void Machine::on_blocked(const OutputBlocked& event) {
  const auto it = state_.attempts.find(event.attempt);
  if (it == state_.attempts.end()) return;
  auto* running = std::get_if<Running>(&it->second.phase);
  if (running == nullptr || running->blocked_since.has_value() == event.blocked) return;
  if (event.blocked) {
    running->blocked_since = now_.steady;
  } else {
    running->blocked = running->blocked + (now_.steady - *running->blocked_since);
    running->blocked_since.reset();
  }
}

// -- Ending what must not go on.

void Machine::on_stop(const Stop& word) {
  for (const auto& ref : word.attempts) stop_attempt(ref, EndReason::canceled);
}

void Machine::stop_attempt(AttemptRef ref, EndReason reason) {
  const auto it = state_.attempts.find(ref);
  if (it == state_.attempts.end() || std::holds_alternative<Ended>(it->second.phase)) return;
  Attempt& attempt = it->second;
  if (std::holds_alternative<Waiting>(attempt.phase) || std::holds_alternative<Fetching>(attempt.phase)) {
    return become_ended(ref, attempt, {.attempt = ref, .reason = reason, .ended_at = now_.wall});
  }
  if (attempt.stop_reason) return;
  attempt.stop_reason = reason;
  out_->stops.push_back({ref, attempt.spec->body.grace});
}

// What ended before this came is told as any other end: the master counts it as late, and says Recorded once it is committed
// that the attempt is over. Until then its end may be the only one.
void Machine::on_drop(const Drop& word) {
  for (const auto& ref : word.attempts) {
    const auto it = state_.attempts.find(ref);
    if (it == state_.attempts.end() || std::holds_alternative<Ended>(it->second.phase)) continue;
    const bool started = std::holds_alternative<Starting>(it->second.phase) || std::holds_alternative<Running>(it->second.phase);
    if (started) out_->stops.push_back({ref, Duration{}});
    leave_slot(ref, it->second);
    forget(ref);
  }
}

void Machine::give_back(AttemptRef ref, const std::string& why) {
  const auto it = state_.attempts.find(ref);
  CHECK(it != state_.attempts.end());
  const ShardId shard = it->second.shard;
  leave_slot(ref, it->second);
  state_.attempts.erase(it);
  state_.returned.add(ref);
  say_credit();
  say_to_master(shard, Return{identity_.session, why, false, {ref}});
}

void Machine::look_at_time(AttemptRef ref, Running& running, Time when) {
  running.over_at = when;
  state_.time_limits.emplace(when, ref);
}

void Machine::enforce_time_limits() {
  while (!state_.time_limits.empty() && state_.time_limits.begin()->first <= now_.steady) {
    const AttemptRef ref = state_.time_limits.begin()->second;
    state_.time_limits.erase(state_.time_limits.begin());
    Attempt& attempt = state_.attempts.at(ref);
    Running& running = std::get<Running>(attempt.phase);
    running.over_at.reset();
    Duration blocked = running.blocked;
    if (running.blocked_since) blocked = blocked + (now_.steady - *running.blocked_since);
    const Time over = running.since + attempt.spec->body.limits.time + blocked;
    if (now_.steady < over || running.blocked_since) {
      look_at_time(ref, running, std::max(over, now_.steady + milliseconds(100)));
    } else {
      stop_attempt(ref, EndReason::time_limit);
    }
  }
}

// -- What others are told on the way.

void Machine::announce_started() {
  std::map<ShardId, Started> due;
  while (!state_.announcements.empty() && state_.announcements.front().first <= now_.steady) {
    const AttemptRef ref = state_.announcements.front().second;
    state_.announcements.pop_front();
    const auto it = state_.attempts.find(ref);
    if (it == state_.attempts.end()) continue;
    auto* running = std::get_if<Running>(&it->second.phase);
    if (running == nullptr || running->announced) continue;
    running->announced = true;
    due[it->second.shard].attempts.push_back({ref, running->started_at, running->pid});
  }
  for (auto& [shard, word] : due) {
    word.session = identity_.session;
    say_to_master(shard, std::move(word));
  }
}

// Items that have waited long, and more of them than would be taken now, go to whoever is free.
void Machine::give_back_stale() {
  while (state_.slots.waiting_count() > state_.prefetch_now) {
    const auto ref = state_.slots.youngest_waiting();
    const auto* waiting = std::get_if<Waiting>(&state_.attempts.at(*ref).phase);
    if (waiting == nullptr || now_.steady < waiting->since + limits_.prefetch_patience) return;
    give_back(*ref, "others may be free");
  }
}

std::uint32_t Machine::prefetch_window() const {
  if (state_.shutting_down) return 0;
  Duration oldest;
  std::uint32_t running = 0;
  for (const auto& ref : state_.slots.running_attempts()) {
    const auto& phase = state_.attempts.at(ref).phase;
    if (const auto* r = std::get_if<Running>(&phase)) oldest = std::max(oldest, now_.steady - r->since);
    ++running;
  }
  const auto cores = static_cast<std::uint32_t>(limits_.capacity.cpu_milli / 1000);
  return state_.prefetch.window(std::max({running, cores, 1u}), oldest);
}

// Said when room was made, or when the window changed by more than a quarter. What ends between Hello and Welcome is in the
// broker's ledger by that Hello: it is said behind the Welcome.
void Machine::say_credit() {
  if (!std::holds_alternative<Welcomed>(state_.link)) return;
  const auto now = static_cast<std::int64_t>(state_.prefetch_now), said = static_cast<std::int64_t>(state_.prefetch_said);
  const bool changed = now == 0 ? said != 0 : std::abs(now - said) * 4 > said;
  if (state_.freed.empty() && !changed) return;
  state_.prefetch_said = state_.prefetch_now;
  say_to_broker(Credit{state_.prefetch_now, state_.shutting_down, std::move(state_.freed)});
  state_.freed.clear();
}

}  // namespace argosy::worker
