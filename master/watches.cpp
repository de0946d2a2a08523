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
}

// A request's id is its client's own: who says it on a later connection is no longer on the earlier one.
bool replaces(const Watcher& later, const Watcher& former) {
  return !later.submit && !former.submit && later.request == former.request && later.client.role == former.client.role &&
         later.client.name == former.client.name && later.client.connection > former.client.connection;
}

// False: there is no room.
bool enter(Step& step, Watchers& watchers, const Watcher& who) {
  for (Watcher& each : watchers.who) {
    if (each.client == who.client && each.request == who.request) return true;
    if (!replaces(who, each)) continue;
    each.client = who.client;
    return true;
  }
  if (step.state.watches.count >= step.state.limits.watches) return false;
  step.state.watches.count += 1;
  watchers.who.push_back(who);
  return true;
}

// False: there is no room, and that is told.
bool add(Step& step, Execution& execution, const Watcher& who) {
  if (!enter(step, execution.watchers, who)) {
    step.ignore(Ignored::watches_full);
    refuse(step, who.client, Watch::word, who.request, Refusal::busy,
           "this master tells of as many executions as it can; say it again later");
    return false;
  }
  // One whose end is being committed says so by itself.
  if (is_terminal(execution.status)) return true;
  say_to_client(step, who.client, Changed{who.request, execution.id, execution.status, counts_of(execution)});
  return true;
}

// To a new broker every client has a new connection, and says its Watch again.
void change_broker(State& state) {
  state.watches.epoch = state.link.epoch;
  for (auto& [shard_id, shard] : state.shards) {
    for (auto& [id, execution] : shard->executions) forget_watchers(state, *execution);
  }
}

}  // namespace

void watch(Step& step, Shard& shard, Watcher who, ExecutionId id) {
  Execution* execution = find_execution(shard, id);
  if (execution == nullptr) return step.out.lookups.push_back({who.client, who.request, id, shards_of(step.state)});
  add(step, *execution, who);
}

void on_watch(Step& step, const Address& client, const Watch& word, bool submit) {
  if (word.executions.size() > executions_of_one_watch) {
    return refuse(step, client, Watch::word, word.request, Refusal::too_large,
                  "a Watch names at most 10000 executions; say several");
  }
  for (const ExecutionId id : word.executions) {
    Execution* execution = find_anywhere(step.state, id);
    if (execution == nullptr) {
      step.out.lookups.push_back({client, word.request, id, shards_of(step.state)});
    } else if (!add(step, *execution, {client, word.request, submit})) {
      return;  // told once for all that are named: the whole Watch is said again
    }
  }
}

void mark_changed(Step& step, Execution& execution) {
  Watchers& watchers = execution.watchers;
  if (watchers.who.empty() || watchers.due) return;
  watchers.due = true;
  step.state.watches.due.emplace(watchers.said_at + step.state.limits.watch_every, execution.id);
}

void forget_watchers(State& state, Execution& execution) {
  Watchers& watchers = execution.watchers;
  state.watches.count -= watchers.who.size();
  if (watchers.due) state.watches.due.erase({watchers.said_at + state.limits.watch_every, execution.id});
  watchers = Watchers();
}

void say_ended(Step& step, Execution& execution) {
  say_changed(step, execution);
  forget_watchers(step.state, execution);
}

void tick_watches(Step& step) {
  if (step.state.watches.epoch != step.state.link.epoch) change_broker(step.state);
  auto& due = step.state.watches.due;
  while (!due.empty() && due.begin()->first <= step.now.steady) {
    const ExecutionId id = due.begin()->second;
    due.erase(due.begin());
    Execution* execution = find_anywhere(step.state, id);
    if (execution == nullptr) continue;
    execution->watchers.due = false;
    execution->watchers.said_at = step.now.steady;
    if (!is_terminal(execution->status)) say_changed(step, *execution);
  }
}

}  // namespace argosy::master
