#include "master/value_reads.h"

#include <algorithm>

#include "master/batches.h"
#include "master/graph.h"
#include "schemas/sources.h"

namespace argosy::master {
namespace {

constexpr Duration read_again = seconds(1);

void ask(Step& step, Shard& shard, TaskState& task, std::uint64_t chunk) {
  Values& values = *task.values;
  const std::uint64_t from = chunk * values.chunk;
  if (from >= task.items.total() || values.held.count(chunk) > 0 || values.asked.count(chunk) > 0) return;
  values.asked.insert(chunk);
  step.out.needs.push_back({shard.reign.shard, task.execution->id, task.task, body_of(task).for_each.blob_digest, from,
                            std::min(values.chunk, task.items.total() - from)});
}

bool in_use(const TaskState& task, std::uint64_t chunk) {
  const std::uint64_t from = chunk * task.values->chunk, end = from + task.values->chunk;
  const auto among = [&](const auto& set) {
    const auto it = set.lower_bound(from);
    return it != set.end() && *it < end;
  };
  const auto open = task.open.lower_bound(from);
  return (open != task.open.end() && open->first < end) || among(task.items.back()) || among(task.items.out()) ||
         end > task.items.high();
}

// Fresh items may be offered up to the first chunk that is not here.
void extend(TaskState& task) {
  Values& values = *task.values;
  std::uint64_t chunk = task.items.fresh() / values.chunk;
  while (values.held.count(chunk) > 0) ++chunk;
  task.items.set_known(chunk * values.chunk);
}

}  // namespace

void prepare_values(Step& step, TaskState& task) {
  if (body_of(task).for_each.source != ItemSource::blob) return;
  task.values = std::make_unique<Values>();
  task.values->chunk = step.state.limits.values_chunk;
  task.items.set_known(0);
}

void read_ahead(Step& step, Shard& shard, TaskState& task) {
  if (!task.values) return;
  Values& values = *task.values;
  std::erase_if(values.held, [&](const auto& entry) { return !in_use(task, entry.first); });
  if (!task.items.back().empty()) ask(step, shard, task, *task.items.back().begin() / values.chunk);
  const std::uint64_t next = task.items.fresh() / values.chunk;
  const std::uint64_t ahead = std::max<std::uint64_t>(2, step.state.limits.values_chunks / 2);
  for (std::uint64_t chunk = next; chunk < next + ahead; ++chunk) ask(step, shard, task, chunk);
  extend(task);
}

void on_values(Step& step, const ValuesRead& event) {
  const auto it = step.state.shards.find(event.shard);
  TaskState* task = it == step.state.shards.end() ? nullptr : find_task(*it->second, {event.execution, event.task, {}});
  if (task == nullptr || !task->values) return step.ignore(Ignored::stale_values);
  Shard& shard = *it->second;
  Values& values = *task->values;
  const std::uint64_t chunk = event.from / values.chunk;
  values.asked.erase(chunk);
  if (event.values.empty()) {
    shard.value_retries.emplace(step.now.steady + read_again, item_ref(*task, 0));
    return;
  }
  values.held[chunk] = event.values;
  offer(step, shard, *task);
  std::vector<AttemptRef> waiting;
  waiting.swap(values.waiting);
  for (const AttemptRef& attempt : waiting) {
    const auto open = task->open.find(attempt.item.item.value);
    if (open == task->open.end() || open->second.attempt != attempt.attempt || !open->second.is_held()) continue;
    const Worker& worker = *step.state.workers[open->second.worker];
    open_batch(step, shard).then.grants.push_back(
        {attempt, open->second.worker, open->second.session, worker.presence.connection, true});
  }
}

void tick_values(Step& step, Shard& shard) {
  while (!shard.value_retries.empty() && shard.value_retries.begin()->first <= step.now.steady) {
    const ItemRef first = shard.value_retries.begin()->second;
    shard.value_retries.erase(shard.value_retries.begin());
    TaskState* task = find_task(shard, first);
    if (task == nullptr || !task->values) continue;
    for (const AttemptRef& attempt : task->values->waiting) {
      ask(step, shard, *task, attempt.item.item.value / task->values->chunk);
    }
    offer(step, shard, *task);
  }
}

std::optional<std::string> value_of(Step& step, Shard& shard, TaskState& task, std::uint64_t item) {
  if (!task.values) return item_value(body_of(task).for_each, ItemNo{item}).value_or(std::string());
  if (const std::string* value = task.values->find(item)) return *value;
  ask(step, shard, task, item / task.values->chunk);
  return std::nullopt;
}

}  // namespace argosy::master
