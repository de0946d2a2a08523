#include "master/watches.h"

#include <algorithm>

#include "master/graph.h"

namespace argosy::master {
namespace {

constexpr std::size_t executions_of_one_watch = 10'000;

Execution* find_anywhere(State& state, ExecutionId id) {
  for (auto& [shard_id, shard] : state.shards) {
    if (Execution* execution = find_execution(*shard, id)) return execution;
  }
  return nullptr;
}

std::vector<ShardId> shards_of(const State& state) {
  std::vector<ShardId> shards;
  for (const auto& [id, shard] : state.shards) shards.push_back(id);
  return shards;
}

void say_changed(Step& step, Execution& execution) {
  const TaskCounts counts = counts_of(execution);
  for (const Watcher& who : execution.watchers.who) {
    say_to_client(step, who.client, Changed{who.request, execution.id, execution.status, counts});
  }
  execution.watchers.said_at = step.now.steady;
}

void add(Step& step, Execution& execution, Watcher who) {
  auto& watchers = execution.watchers.who;
  const auto same = [&](const Watcher& w) { return w.client == who.client && w.request == who.request; };
  if (std::find_if(watchers.begin(), watchers.end(), same) == watchers.end()) {
    if (step.state.watches.count >= step.state.limits.watches) return step.ignore(Ignored::watches_full);
    step.state.watches.count += 1;
    watchers.push_back(who);
  }
  // One whose end is being committed says so by itself.
  if (is_terminal(execution.status)) return;
  say_to_client(step, who.client, Changed{who.request, execution.id, execution.status, counts_of(execution)});
}

}  // namespace

void watch(Step& step, Shard& shard, Watcher who, ExecutionId id) {
  Execution* execution = find_execution(shard, id);
  if (execution == nullptr) return step.out.lookups.push_back({who.client, who.request, id, shards_of(step.state)});
  add(step, *execution, std::move(who));
}

void on_watch(Step& step, const Address& client, const Watch& word) {
  if (word.executions.size() > executions_of_one_watch) {
    return refuse(step, client, Watch::word, word.request, Refusal::too_large,
                  "a Watch names at most 10000 executions; say several");
  }
  for (const ExecutionId id : word.executions) {
    Execution* execution = find_anywhere(step.state, id);
    if (execution != nullptr) {
      add(step, *execution, {client, word.request});
    } else {
      step.out.lookups.push_back({client, word.request, id, shards_of(step.state)});
    }
  }
}

void mark_changed(Step& step, Execution& execution) {
  Watchers& watchers = execution.watchers;
  if (watchers.who.empty() || watchers.due) return;
  watchers.due = true;
  step.state.watches.due.emplace(watchers.said_at + step.state.limits.watch_every, execution.id);
}

void say_ended(Step& step, Execution& execution) {
  Watchers& watchers = execution.watchers;
  step.state.watches.count -= watchers.who.size();
  if (watchers.due) step.state.watches.due.erase({watchers.said_at + step.state.limits.watch_every, execution.id});
  say_changed(step, execution);
  watchers = Watchers();
}

void tick_watches(Step& step) {
  auto& due = step.state.watches.due;
  while (!due.empty() && due.begin()->first <= step.now.steady) {
    const ExecutionId id = due.begin()->second;
    due.erase(due.begin());
    Execution* execution = find_anywhere(step.state, id);
    if (execution == nullptr) continue;
    execution->watchers.due = false;
    if (!is_terminal(execution->status)) say_changed(step, *execution);
  }
}

}  // namespace argosy::master
