// Machine, the part about shards: who holds them, what was told to the holder, what it recorded.
#include <algorithm>

#include "base/check.h"
#include "worker/machine.h"

namespace argosy::worker {
namespace {

constexpr Term kRestoredTerms{std::uint64_t{1} << 32};  // those of a restored catalog are above: protocol.md, "Work", incarnation

}  // namespace

void Machine::become_holder(ShardId id, Term term, const std::string& master) {
  Shard& shard = state_.shards[id];
  if (term < shard.term) {
    // A master that lost its shard, and a broker that does not know yet: items may be matched to us for it all the same.
    shard.held_since_welcome = shard.held_since_welcome || !master.empty();
    return;
  }
  if (term == shard.term && master == shard.holder) return;
  const bool new_term = term > shard.term;
  shard.term = term;
  shard.holder = master;
  if (new_term) shard.lease.new_term();
  // The broker's ledger may hold claims that the holder never heard of: this Hello is from before them.
  if (shard.held_since_welcome) shard.greet_after_reconciled = true;
  if (!master.empty()) shard.held_since_welcome = true;
  shard.reconciled = false;
  if (!master.empty() && std::holds_alternative<Welcomed>(state_.link)) say_inventory(id);
}

// All that we have of the shard. What follows (logs, ends) waits for Reconciled.
void Machine::say_inventory(ShardId id) {
  Shard& shard = state_.shards.at(id);
  shard.inventory_due = false;
  shard.reconciled = false;
  shard.log_in_flight = 0;
  shard.log_queue.clear();
  shard.log_unsent = 0;
  shard.finish_queue.clear();
  Inventory inventory{.serial = ++shard.inventory, .session = identity_.session, .predecessor = identity_.predecessor,
                      .host = identity_.host, .held = {}, .finished = {}, .incarnation = state_.incarnation};
  for (auto& [ref, attempt] : state_.attempts) {
    if (attempt.shard != id) continue;
    const auto* ended = std::get_if<Ended>(&attempt.phase);
    (ended != nullptr ? inventory.finished : inventory.held).push_back(ref);
    if (ended != nullptr && ended->spooled) shard.finish_queue.push_back(ref);
    for (auto& log : attempt.logs) {
      log.sent = false;
      shard.log_queue.emplace_back(ref, log.offset);
      shard.log_unsent += log.wire_bytes;
    }
  }
  renew(id);
  say_to_master(id, std::move(inventory));
  for (auto& [digest, fetch] : state_.fetches) {
    if (fetch.awaits && fetch.shard == id) ask_piece(digest, fetch);
  }
}

void Machine::renew(ShardId id) {
  say_to_master(id, Renew{identity_.session, state_.shards.at(id).lease.ask(now_.steady), state_.incarnation});
}

void Machine::renew_due() {
  if (!std::holds_alternative<Welcomed>(state_.link)) return;
  for (auto& [id, shard] : state_.shards) {
    if (shard.holder.empty()) continue;
    if (now_.steady >= shard.lease.next_ask(shortest_lease(id))) renew(id);
  }
}

Duration Machine::shortest_lease(ShardId id) const {
  const auto& leases = state_.shards.at(id).leases;
  return leases.empty() ? limits::kLeaseDefault : *leases.begin();
}

// Another catalog than the one that gave what this session holds: nothing of it counts there. A master whose settings name a
// wrong catalog is told by its terms from one of a restored catalog, and destroys nothing.
bool Machine::is_of_this_catalog(std::uint64_t incarnation, Term term) {
  if (bugs_.ignore_incarnation) return true;
  if (incarnation == 0 || incarnation == state_.incarnation) return true;
  if (state_.incarnation == 0) {
    state_.incarnation = incarnation;
    out_->incarnation = incarnation;
    return true;
  }
  if (term < kRestoredTerms) {
    ++state_.ignored[static_cast<std::size_t>(Ignored::other_catalog)];
    return false;
  }
  for (const auto& [ref, attempt] : state_.attempts) {
    const bool runs = std::holds_alternative<Running>(attempt.phase) || std::holds_alternative<Starting>(attempt.phase);
    if (runs) out_->stops.push_back({ref, Duration{}});
  }
  out_->anew = incarnation;
  state_.over = true;
  return false;
}

void Machine::on_granted(ShardId id, const Granted& word) {
  Shard& shard = state_.shards.at(id);
  if (!is_of_this_catalog(word.incarnation, shard.term)) return;
  if (!shard.lease.grant(word.renewal, word.lease)) return;
  for (const auto& [ref, attempt] : state_.attempts) {
    if (attempt.shard != id || attempt.session != identity_.session) continue;
    if (!std::holds_alternative<Running>(attempt.phase) && !std::holds_alternative<Starting>(attempt.phase)) continue;
    const Duration lease = attempt.spec->body.lease;
    const Time deadline = bugs_.lease_from_answer ? now_.steady + lease : *shard.lease.deadline(lease);
    out_->extends.push_back({ref, deadline});
  }
}

void Machine::on_reconciled(ShardId id, const Reconciled& word) {
  Shard& shard = state_.shards.at(id);
  if (word.serial != shard.inventory) return;
  shard.reconciled = true;
  if (!shard.greet_after_reconciled) return;
  shard.greet_after_reconciled = false;
  say_hello();  // the broker's ledger may know of claims that never became Runs
}

void Machine::on_recorded(ShardId id, const Recorded& word) {
  for (const auto& log : word.logs) trim_logs(id, log.attempt, log.offset);
  for (const auto& ref : word.ends) {
    const auto it = state_.attempts.find(ref);
    if (it == state_.attempts.end() || !std::holds_alternative<Ended>(it->second.phase)) {
      ++state_.ignored[static_cast<std::size_t>(Ignored::unknown_attempt)];
      continue;
    }
    trim_logs(id, ref, it->second.log_bytes);
    forget(ref);
  }
}

void Machine::forget(AttemptRef ref) {
  const auto it = state_.attempts.find(ref);
  CHECK(it != state_.attempts.end());
  state_.attempts.erase(it);
  state_.forgotten.add(ref);
  out_->forget.push_back(ref);
}

// Everything before `offset` is in the catalog.
void Machine::trim_logs(ShardId id, AttemptRef ref, std::uint64_t offset) {
  const auto it = state_.attempts.find(ref);
  if (it == state_.attempts.end()) return;
  auto& logs = it->second.logs;
  bool trimmed = false;
  while (!logs.empty() && logs.front().offset + logs.front().length <= offset) {
    Shard& shard = state_.shards.at(id);
    if (logs.front().sent) shard.log_in_flight -= std::min<std::uint64_t>(shard.log_in_flight, logs.front().wire_bytes);
    logs.pop_front();
    trimmed = true;
  }
  if (trimmed && !bugs_.resume_log_at_zero) out_->forget_logs.push_back({ref, offset});
}

void Machine::on_log_credit(ShardId id, const LogCredit& word) { state_.shards.at(id).log_window = word.window_bytes; }

// While items wait here nobody is kept waiting by a few milliseconds, and one message for many ends costs as much as
// one for one. When nothing waits, or logs are large, all is said at once.
bool Machine::gathering() {
  bool news = !state_.freed.empty();
  std::uint64_t bytes = 0;
  for (const auto& [id, shard] : state_.shards) {
    news = news || !shard.finish_queue.empty() || !shard.log_queue.empty();
    bytes += shard.log_unsent;
  }
  const bool heard = std::holds_alternative<Welcomed>(state_.link);
  const bool others_wait = state_.slots.waiting_count() + state_.slots.queued_count() > 0;
  if (!news || !heard || !others_wait || bytes >= limits_.gather_bytes || state_.shutting_down) {
    state_.say_by.reset();
    return false;
  }
  if (!state_.say_by) state_.say_by = now_.steady + limits_.gather;
  if (now_.steady < *state_.say_by) return true;
  state_.say_by.reset();
  return false;
}

// Sends what the window allows, oldest first. One chunk may always be in flight, so that none is too large for its window.
void Machine::send_logs(ShardId id) {
  Shard& shard = state_.shards.at(id);
  if (!shard.reconciled || shard.holder.empty() || !std::holds_alternative<Welcomed>(state_.link)) return;
  while (!shard.log_queue.empty()) {
    const auto [ref, offset] = shard.log_queue.front();
    const auto it = state_.attempts.find(ref);
    LogEntry* entry = nullptr;
    if (it != state_.attempts.end()) {
      auto& logs = it->second.logs;
      const auto at = std::lower_bound(logs.begin(), logs.end(), offset,
                                       [](const LogEntry& e, std::uint64_t o) { return e.offset < o; });
      if (at != logs.end() && at->offset == offset && !at->sent) entry = &*at;
    }
    if (entry == nullptr) {  // recorded meanwhile
      shard.log_queue.pop_front();
      continue;
    }
    if (shard.log_in_flight > 0 && shard.log_in_flight + entry->wire_bytes > shard.log_window) return;
    entry->sent = true;
    shard.log_in_flight += entry->wire_bytes;
    shard.log_unsent -= std::min<std::uint64_t>(shard.log_unsent, entry->wire_bytes);
    out_->send_logs.push_back({{id, shard.term}, it->second.session, ref, offset});
    std::get<Welcomed>(state_.link).said_at = now_.steady;
    shard.log_queue.pop_front();
  }
}

// Ends whose whole log has gone out before them.
void Machine::say_finished(ShardId id) {
  Shard& shard = state_.shards.at(id);
  if (shard.finish_queue.empty() || !shard.reconciled || !std::holds_alternative<Welcomed>(state_.link)) return;
  std::map<SessionId, Finished> by_session;
  std::erase_if(shard.finish_queue, [&](AttemptRef ref) {
    const auto it = state_.attempts.find(ref);
    if (it == state_.attempts.end()) return true;
    const Attempt& attempt = it->second;
    if (!attempt.logs.empty() && !attempt.logs.back().sent) return false;
    by_session[attempt.session].ends.push_back(std::get<Ended>(attempt.phase).end);
    return true;
  });
  for (auto& [session, word] : by_session) {
    std::vector<AttemptRef> said;
    if (bugs_.forget_before_recorded) {
      for (const auto& end : word.ends) said.push_back(end.attempt);
    }
    word.session = session;
    say_to_master(id, std::move(word));
    for (const auto& ref : said) forget(ref);
  }
}

}  // namespace argosy::worker
