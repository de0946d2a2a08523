#include "master/claims.h"

#include <algorithm>

#include "master/batches.h"
#include "master/fleet.h"
#include "master/graph.h"
#include "master/watches.h"

namespace argosy::master {
namespace {

// The broker took the item from its queue, and it is not claimed: it may be offered again.
void take_offer_back(Step& step, Shard& shard, TaskState& task, std::uint64_t item) {
  if (task.done || task.items.of(item) != Readiness::offered) return;
  shard.window.claim(task, item);
  task.items.put_back(item);
  offer(step, shard, task);
}

void decline(Step& step, Shard& shard, const ItemClaim& claim, Declined& declined) {
  declined.claims.push_back(claim);
  TaskState* task = find_task(shard, claim.item);
  if (task != nullptr) take_offer_back(step, shard, *task, claim.item.item.value);
}

bool is_allowed(const Terms& terms, const std::string& worker) {
  return terms.workers.empty() || std::binary_search(terms.workers.begin(), terms.workers.end(), worker);
}

std::optional<Ignored> ignore_claim(const TaskState* task, const ItemClaim& claim) {
  if (task == nullptr || task->done || task->state != ItemState::ready) return Ignored::claim_not_ready;
  if (claim.item.item.value > task->items.fresh()) return Ignored::claim_not_ready;
  if (task->items.of(claim.item.item.value) == Readiness::not_ready) return Ignored::claim_not_ready;
  if (task->execution->status == ExecutionStatus::stopping) return Ignored::claim_not_ready;
  if (!is_allowed(*task->execution->terms, claim.worker)) return Ignored::claim_not_allowed;
  return std::nullopt;
}

void become_claimed(Step& step, Shard& shard, TaskState& task, WorkerIndex worker, Lane& lane, const ItemClaim& claim) {
  // A batch is written claims first: the end of the attempt before must not be in the same one.
  if (task.open.count(claim.item.item.value) > 0 && !open_batch(step, shard).batch->ends.empty()) close_batch(shard);
  Gathered& gathered = open_batch(step, shard);
  shard.window.claim(task, claim.item.item.value);
  auto [it, is_new] = task.open.try_emplace(claim.item.item.value);
  OpenItem& item = it->second;
  item.state = *apply(ItemState::ready, ItemEvent::claim);
  item.attempt.value += 1;
  item.worker = worker;
  item.session = lane.session;
  item.log_taken = item.log_committed = 0;
  item.since = step.now.wall;
  item.held.reset();
  task.held += 1;
  const AttemptRef attempt{claim.item, item.attempt};
  lane.open.insert(lane.open.end(), attempt);
  gathered.batch->claims.push_back({attempt, claim.worker, lane.session, step.now.wall});
  gathered.then.grants.push_back({attempt, worker, lane.session, lane.connection, false});
  gathered.rows += 1;
  row_due(shard, task);
  if (task.values) offer(step, shard, task);
  Execution& execution = *task.execution;
  if (execution.status == ExecutionStatus::created) {
    execution.status = ExecutionStatus::running;
    execution.started_at = step.now.wall;
    row_due(shard, execution);
  }
  mark_changed(step, execution);
}

void take_claim(Step& step, Shard& shard, WorkerIndex worker, Lane& lane, const ItemClaim& claim, Declined& declined) {
  TaskState* task = find_task(shard, claim.item);
  if (const auto reason = ignore_claim(task, claim)) {
    step.ignore(*reason);
    return decline(step, shard, claim, declined);
  }
  become_claimed(step, shard, *task, worker, lane, claim);
}

}  // namespace

bool can_run(const Step& step, const Shard& shard, const Worker& worker, const Lane& lane) {
  // With a lease that has run out the worker would give the item back, or it would count as lost before it was said.
  const bool has_lease = lane.renewal.value > 0 && step.now.steady < lane.granted_at + shard.lease;
  return worker.online && lane.reconciled && has_lease && lane.session == worker.presence.session &&
         lane.connection == worker.presence.connection;
}

void on_claim(Step& step, Shard& shard, std::vector<ItemClaim>&& claims) {
  Declined declined;
  WorkerIndex index = no_worker;
  Lane* lane = nullptr;
  for (ItemClaim& claim : claims) {
    if (index == no_worker || step.state.workers[index]->name != claim.worker) {
      index = find_worker(step.state, claim.worker);
      lane = index == no_worker ? nullptr : &shard.lanes[index];
    }
    if (lane == nullptr) {
      step.ignore(Ignored::unknown_worker);
      decline(step, shard, claim, declined);
      continue;
    }
    const Worker& worker = *step.state.workers[index];
    if (worker.online && (claim.session != worker.presence.session || claim.connection != worker.presence.connection)) {
      step.ignore(Ignored::claim_old_session);
      decline(step, shard, claim, declined);
    } else if (can_run(step, shard, worker, *lane)) {
      take_claim(step, shard, index, *lane, claim, declined);
    } else if (lane->parked.size() >= step.state.limits.parked_claims) {
      step.ignore(Ignored::claim_parked_too_many);
      decline(step, shard, claim, declined);
    } else {
      lane->parked.push_back(std::move(claim));
    }
  }
  if (!declined.claims.empty()) say_to_broker(step, std::move(declined));
}

void unpark(Step& step, Shard& shard, WorkerIndex index, Lane& lane) {
  const Worker& worker = *step.state.workers[index];
  if (lane.parked.empty() || !can_run(step, shard, worker, lane)) return;
  std::vector<ItemClaim> parked;
  parked.swap(lane.parked);
  Declined declined;
  for (const ItemClaim& claim : parked) {
    if (claim.session != lane.session || claim.connection != lane.connection) {
      step.ignore(Ignored::claim_old_session);
      decline(step, shard, claim, declined);
    } else {
      take_claim(step, shard, index, lane, claim, declined);
    }
  }
  if (!declined.claims.empty()) say_to_broker(step, std::move(declined));
}

void drop_parked(Step& step, Shard& shard, Lane& lane) {
  std::vector<ItemClaim> parked;
  parked.swap(lane.parked);
  for (const ItemClaim& claim : parked) {
    TaskState* task = find_task(shard, claim.item);
    if (task != nullptr) take_offer_back(step, shard, *task, claim.item.item.value);
  }
}

}  // namespace argosy::master
