// What every room works with while one event is handled.
#pragma once

#include <string>
#include <utility>

#include "master/effects.h"
#include "master/state.h"

namespace argosy::master {

struct Step {
  State& state;
  Now now;
  Effects& out;

  void ignore(Ignored reason) { ++state.ignored[static_cast<std::size_t>(reason)]; }
  void note(std::string text) { out.notes.push_back(std::move(text)); }
};

// -- Saying something (say.cpp). Nothing is said before Welcome, but Hello.

Envelope envelope_of(const State& state, const Word& word, ShardTerm reign, Address to);
void say_to_broker(Step& step, Word word);
// To the broker, about this shard: Publish and Withdraw bear its reign.
void say_for(Step& step, const Shard& shard, Word word);
void say_to_client(Step& step, const Address& client, Word word);
// To the worker's current connection; dropped when it is not online.
void say_to_worker(Step& step, const Shard& shard, WorkerIndex worker, Word word);
void refuse(Step& step, const Address& client, std::uint16_t refused_word, const std::string& request, Refusal reason,
            std::string text, ShardId shard = {});

// "12:03:10 UTC".
std::string clock_text(WallTime at);

inline Execution* find_execution(Shard& shard, ExecutionId id) {
  const auto it = shard.executions.find(id);
  return it == shard.executions.end() ? nullptr : it->second.get();
}

inline TaskState* find_task(Shard& shard, const ItemRef& item) {
  Execution* execution = find_execution(shard, item.execution);
  if (execution == nullptr || item.task.value >= execution->tasks.size()) return nullptr;
  return &execution->tasks[item.task.value];
}

inline ItemRef item_ref(const TaskState& task, std::uint64_t item) { return {task.execution->id, task.task, ItemNo{item}}; }

inline const Task& body_of(const TaskState& task) { return task.execution->plan->package.tasks[task.task.value]; }

}  // namespace argosy::master
