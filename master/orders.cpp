#include "master/orders.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/counted.h"
#include "master/batches.h"
#include "master/explain.h"
#include "master/fleet.h"
#include "master/graph.h"
#include "master/reconcile.h"
#include "master/share.h"

namespace argosy::master {
namespace {

constexpr const char* no_shard = "this master holds no shard now; ask again";

// Of an order, or a word, about a shard that this master does not hold (any more, or yet).
struct Elsewhere {
  Refusal reason = Refusal::unreachable;
  std::string text;
};

Elsewhere elsewhere(const State& state, ShardId shard) {
  const std::string name = "shard " + std::to_string(shard.value);
  if (state.shutting_down && state.shards.count(shard) > 0) {
    return {Refusal::unreachable, "this master is stopping: another one is about to take " + name + "; ask again"};
  }
  const auto it = state.link.holders.find(shard);
  if (it != state.link.holders.end() && !it->second.master.empty() && it->second.master != state.self.name) {
    return {Refusal::other_shard, name + " is held by master " + it->second.master};
  }
  return {Refusal::unreachable, "no master holds " + name + " now: one is about to take it; ask again"};
}

void on(Step& step, AdmitOrder&& order) {
  const auto it = step.state.shards.find(order.shard);
  if (it == step.state.shards.end() || step.state.shutting_down) {
    const Elsewhere other = elsewhere(step.state, order.shard);
    return step.out.answers.push_back(OrderRefused{order.ticket, other.reason, other.text, order.shard});
  }
  admit_to(step, *it->second, std::move(order.admission), {{}, false, order.ticket, 0});
}

void on(Step& step, CancelOrder&& order) {
  if (step.state.shards.empty()) {  // its executions may be another's: silence would read as "had ended before"
    return step.out.answers.push_back(OrderRefused{order.ticket, Refusal::unreachable, no_shard, {}});
  }
  CancelOutcome outcome;
  outcome.ticket = order.ticket;
  for (const ShardId shard : order.shards) {
    if (step.state.shards.count(shard) == 0) outcome.elsewhere.push_back(shard);
  }
  Shard* last = nullptr;
  for (auto& [id, shard] : step.state.shards) {
    const std::size_t before = outcome.executions.size();
    const auto stopped = stop_executions(step, *shard, order.executions, order.who);
    for (const ExecutionId execution : order.executions) {
      const Execution* found = find_execution(*shard, execution);
      if (found == nullptr) continue;
      outcome.executions.push_back({execution, found->status, stopped.contains(execution)});
    }
    if (outcome.executions.size() > before) last = shard.get();
  }
  if (last == nullptr) return step.out.answers.push_back(std::move(outcome));
  open_batch(step, *last).then.answers.push_back(std::move(outcome));
}

void on(Step& step, ExplainOrder&& order) {
  if (order.shard && step.state.shards.count(*order.shard) == 0) {
    const Elsewhere other = elsewhere(step.state, *order.shard);
    return step.out.answers.push_back(OrderRefused{order.ticket, other.reason, other.text, *order.shard});
  }
  step.out.answers.push_back(
      ExplainOutcome{order.ticket, explain(step.state, step.now, order.execution, order.task, order.item)});
}

std::uint64_t running_of(Shard& shard, const Lane& lane) {
  return static_cast<std::uint64_t>(std::count_if(lane.open.begin(), lane.open.end(), [&shard](const AttemptRef& attempt) {
    const TaskState* task = find_task(shard, attempt.item);
    CHECK(task != nullptr);
    const auto item = task->open.find(attempt.item.item.value);
    CHECK(item != task->open.end());  // what a lane holds is open
    return item->second.state == ItemState::running;
  }));
}

void on(Step& step, FleetOrder&& order) {
  FleetOutcome outcome;
  outcome.ticket = order.ticket;
  outcome.epoch = step.state.link.epoch;
  std::map<WorkerIndex, std::uint64_t> open, running;
  for (const auto& [id, shard] : step.state.shards) {
    outcome.holds.push_back(shard->reign);
    for (const auto& [worker, lane] : shard->lanes) {
      open[worker] += lane.open.size();
      running[worker] += running_of(*shard, lane);
    }
    if (!shard->ledger.away_since) continue;
    outcome.catalog_available = false;
    outcome.catalog_detail = shard->ledger.away_detail;
  }
  for (WorkerIndex index = 0; index < step.state.workers.size(); ++index) {
    const Worker& worker = *step.state.workers[index];
    if (!worker.online && open[index] == 0) continue;
    WorkerView view{worker.presence, running[index]};
    view.presence.worker = worker.name;
    view.presence.change = worker.last;
    outcome.workers.push_back(std::move(view));
  }
  auto holders = step.state.link.holders;  // the broker does not tell a master what it holds itself
  for (const ShardTerm& reign : outcome.holds) holders[reign.shard] = {reign, step.state.self.name};
  for (const auto& [shard, holder] : holders) outcome.holders.push_back(holder);
  for (const auto& [name, report] : step.state.brokers) outcome.brokers.push_back(report);
  for (std::size_t reason = 0; reason < ignored_reasons; ++reason) {
    if (step.state.ignored[reason] == 0) continue;
    outcome.counters.push_back({std::string(to_string(static_cast<Ignored>(reason))), step.state.ignored[reason]});
  }
  step.out.answers.push_back(std::move(outcome));
}

void on(Step& step, LostOrder&& order) {
  const WorkerIndex index = find_worker(step.state, order.worker);
  if (index == no_worker) return step.out.answers.push_back(LostOutcome{order.ticket, 0});
  const Worker& worker = *step.state.workers[index];
  if (worker.online) {
    return step.out.answers.push_back(
        OrderRefused{order.ticket, Refusal::conflict,
                     order.worker + " is connected from host " + worker.presence.host.name +
                         ": it cannot be declared lost; stop it, or drain it", {}});
  }
  LostOutcome outcome{order.ticket, 0};
  Shard* last = nullptr;
  for (auto& [id, shard] : step.state.shards) {
    const std::uint64_t lost = lose_worker(step, *shard, index, "declared lost by " + order.who);
    if (lost == 0) continue;
    outcome.attempts += lost;
    last = shard.get();
    open_batch(step, *shard).batch->operations.push_back(
        {step.now.wall, order.who, "worker.lost", "worker " + order.worker, counted(lost, "attempt")});
  }
  if (last == nullptr) return step.out.answers.push_back(outcome);
  open_batch(step, *last).then.answers.push_back(outcome);
}

void on(Step& step, FleetNews&& order) { on_fleet_news(step, std::move(order)); }
void on(Step& step, MastersNews&& order) { on_masters_news(step, order); }

}  // namespace

void on_order(Step& step, DeskOrder&& order) {
  std::visit([&](auto&& each) { on(step, std::move(each)); }, std::move(order));
}

void on_admit(Step& step, Admit&& event) {
  const auto it = step.state.shards.find(event.shard);
  if (it == step.state.shards.end() || step.state.shutting_down) {
    const Elsewhere other = elsewhere(step.state, event.shard);
    return refuse(step, event.client, Submit::word, event.admission.key, other.reason, other.text, event.shard);
  }
  admit_to(step, *it->second, std::move(event.admission), {event.client, event.watch, 0, 0});
}

}  // namespace argosy::master
