#include "master/graph.h"

#include <algorithm>

#include "base/check.h"
#include "master/batches.h"
#include "master/fleet.h"
#include "master/value_reads.h"
#include "master/watches.h"
#include "schemas/sources.h"

namespace argosy::master {
namespace {

std::uint64_t join_group(Step& step, Shard& shard, const Execution& execution) {
  if (execution.terms->batch.empty()) return execution.id.value;
  BatchGroup& group = shard.batch_groups[execution.terms->batch];
  if (group.executions++ == 0) group.number = step.state.next_group++;
  return group.number;
}

Terms terms_of(const Admission& admission) {
  Terms terms{admission.project,  admission.content,     admission.parameters, admission.sealed_parameters,
              admission.workers,  admission.worker_tags, admission.priority,   admission.batch};
  std::sort(terms.workers.begin(), terms.workers.end());
  return terms;
}

// An execution with all its tasks waiting.
std::unique_ptr<Execution> lay_out(Step& step, Shard& shard, ExecutionId id, const Admission& admission) {
  auto execution = std::make_unique<Execution>();
  execution->id = id;
  execution->plan = step.state.plans.intern(Package(admission.package));
  execution->terms = step.state.plans.intern(terms_of(admission));
  const auto& tasks = execution->plan->package.tasks;
  execution->tasks = std::vector<TaskState>(tasks.size());
  execution->tasks_left = static_cast<std::uint32_t>(tasks.size());
  const std::uint64_t group = join_group(step, shard, *execution);
  for (std::uint32_t no = 0; no < tasks.size(); ++no) {
    TaskState& task = execution->tasks[no];
    const std::uint64_t items = no < admission.items.size() ? admission.items[no] : 1;
    task.execution = execution.get();
    task.task = TaskNo{no};
    task.items = ItemCursor(items);
    task.first = {id, TaskNo{no}, ItemNo{0}};
    task.priority = admission.priority;
    task.group = group;
    task.edges_left = static_cast<std::uint32_t>(tasks[no].after.size());
    task.allowed = allowed_failures(tasks[no].max_failures, items);
    prepare_values(step, task);
  }
  return execution;
}

bool failed_beyond(const TaskState& task) { return task.failed + task.interrupted > task.allowed; }
bool went_well(const TaskState& task) { return !failed_beyond(task) && task.canceled == 0 && task.skipped == 0; }

bool opens(AfterOn on, const TaskState& before) {
  switch (on) {
    case AfterOn::succeeded: return went_well(before);
    case AfterOn::failed: return failed_beyond(before);
    case AfterOn::ended: return true;
  }
  CHECK(false);
}

void become_ready(Step& step, Shard& shard, TaskState& task) {
  task.state = *apply(task.state, ItemEvent::became_ready);
  row_due(shard, task);
  offer(step, shard, task);
}

void become_skipped(Shard& shard, TaskState& task) {
  task.state = *apply(task.state, ItemEvent::became_impossible);
  task.items.close();
  task.skipped += task.items.total() - task.ended();
  row_due(shard, task);
}

void finish_execution(Step& step, Shard& shard, Execution& execution) {
  execution.status = final_status(execution);
  execution.ended_at = step.now.wall;
  row_due(shard, execution);
  shard.ledger.queue.back().then.over.push_back(execution.id);
}

// Every item of `first` has ended: the edges behind it, and those behind what they skip.
void finish_tasks(Step& step, Shard& shard, TaskState& first) {
  Execution& execution = *first.execution;
  std::vector<TaskState*> ended{&first};
  while (!ended.empty()) {
    TaskState& task = *ended.back();
    ended.pop_back();
    CHECK(!task.done && task.open.empty());
    task.done = true;
    --execution.tasks_left;
    stop_offering(shard, task);
    task.items = ItemCursor(task.items.total(), task.items.high(), {});
    task.items.close();
    task.spec.reset();
    task.values.reset();
    if (execution.status == ExecutionStatus::stopping) continue;  // each is canceled in its own turn
    for (const PlanEdge& edge : execution.plan->next[task.task.value]) {
      TaskState& waiting = execution.tasks[edge.to];
      if (waiting.state != ItemState::waiting || waiting.done) continue;
      if (!opens(edge.on, task)) {
        become_skipped(shard, waiting);
        ended.push_back(&waiting);
      } else if (--waiting.edges_left == 0) {
        become_ready(step, shard, waiting);
      }
    }
  }
  if (execution.tasks_left == 0) finish_execution(step, shard, execution);
}

// Items of a retry that had succeeded before are not run again; later tasks find what they wrote.
void carry_over(Execution& execution, const Admission& admission) {
  std::map<std::uint32_t, std::set<std::uint64_t>> by_task;
  for (const ItemRef& item : admission.carried) by_task[item.task.value].insert(item.item.value);
  for (const auto& [no, items] : by_task) {
    if (no >= execution.tasks.size()) continue;
    TaskState& task = execution.tasks[no];
    const std::uint64_t high = *items.rbegin() + 1;
    std::vector<std::uint64_t> holes;
    for (std::uint64_t item = 0; item < high; ++item) {
      if (items.count(item) == 0) holes.push_back(item);
    }
    task.items = ItemCursor(task.items.total(), high, holes);
    task.succeeded = items.size();
    if (no < admission.outputs.size() && lends_outputs(task)) task.outputs = admission.outputs[no];
    if (task.values) task.items.set_known(0);
  }
}

using Places = std::map<AttemptRef, std::size_t>;

// Where in the batch the ends of this task's attempts stand: they are not written yet.
Places ends_in(const Batch& batch, const TaskState& task) {
  Places places;
  for (std::size_t at = 0; at < batch.ends.size(); ++at) {
    const AttemptRef& attempt = batch.ends[at].end.attempt;
    if (attempt.item.execution == task.execution->id && attempt.item.task == task.task) places.emplace(attempt, at);
  }
  return places;
}

// Of an item between two attempts. Where its last attempt's end is not written yet, one row says both.
void write_canceled(Gathered& gathered, const Places& unwritten, const AttemptRef& attempt, ItemState state, WallTime now) {
  auto& ends = gathered.batch->ends;
  if (const auto place = unwritten.find(attempt); place != unwritten.end()) {
    ends[place->second].item = state;
    ends[place->second].not_before = {};
    return;
  }
  EndRow row;
  row.end.attempt = attempt;
  row.end.reason = EndReason::canceled;
  row.end.ended_at = now;
  row.item = state;
  ends.push_back(std::move(row));
  gathered.rows += 1;
}

// Starts what nothing stands before, and ends what has nothing left: at the begin, and again after adoption.
void start_ready(Step& step, Shard& shard, Execution& execution) {
  for (TaskState& task : execution.tasks) {
    if (task.done) continue;
    if (task.edges_left == 0 && task.state == ItemState::waiting && execution.status != ExecutionStatus::stopping) {
      task.state = ItemState::ready;
    }
    if (task.state == ItemState::ready && task.ended() < task.items.total()) offer(step, shard, task);
  }
}

void restore_task(Step& step, TaskState& task, const TaskRow& row, const std::vector<std::uint64_t>& holes) {
  task.state = row.state;
  task.items = ItemCursor(task.items.total(), row.high, holes);
  task.succeeded = row.succeeded, task.failed = row.failed, task.canceled = row.canceled;
  task.interrupted = row.interrupted, task.skipped = row.skipped;
  if (lends_outputs(task)) task.outputs = row.outputs;
  if (row.state == ItemState::canceled || row.state == ItemState::skipped) task.items.close();
  prepare_values(step, task);
}

void restore_open(Step& step, Shard& shard, TaskState& task, const OpenAttempt& row) {
  OpenItem& item = task.open[row.attempt.item.item.value];
  item.attempt = row.attempt.attempt;
  item.state = row.state;
  item.worker = worker_index(step, row.worker);
  item.session = row.session;
  item.failures = row.failures;
  item.interruptions = row.interruptions;
  item.log_taken = item.log_committed = row.log_bytes;
  item.since = row.claimed_at;
  if (item.is_held()) {
    ++task.held;
    shard.lanes[item.worker].open.insert(row.attempt);
  } else if (row.state == ItemState::ready) {
    task.items.put_back(row.attempt.item.item.value);
  } else {
    item.since = row.not_before;
    const Duration most = body_of(task).retry.backoff_max;
    const Duration wait = std::clamp(row.not_before - step.now.wall, Duration{}, most);
    shard.backoffs.emplace(step.now.steady + wait, row.attempt.item);
  }
}

// Edges again from what has ended: a task becomes ready, or is skipped, exactly as it would have been.
void restore_edges(Step& step, Shard& shard, Execution& execution) {
  std::vector<TaskState*> ended;
  for (TaskState& task : execution.tasks) {
    if (task.ended() < task.items.total()) continue;
    task.done = true;
    --execution.tasks_left;
    ended.push_back(&task);
  }
  for (TaskState* task : ended) {
    for (const PlanEdge& edge : execution.plan->next[task->task.value]) {
      TaskState& waiting = execution.tasks[edge.to];
      if (waiting.edges_left > 0 && opens(edge.on, *task)) --waiting.edges_left;
      if (waiting.state != ItemState::waiting || waiting.done || opens(edge.on, *task)) continue;
      open_batch(step, shard);
      become_skipped(shard, waiting);
      finish_tasks(step, shard, waiting);
    }
  }
}

}  // namespace

Execution& begin_execution(Step& step, Shard& shard, ExecutionId id, const Admission& admission) {
  auto& slot = shard.executions[id];
  if (slot) return *slot;
  slot = lay_out(step, shard, id, admission);
  Execution& execution = *slot;
  carry_over(execution, admission);
  for (TaskState& task : execution.tasks) {
    if (task.done || task.ended() < task.items.total()) continue;
    open_batch(step, shard);
    finish_tasks(step, shard, task);
  }
  if (!is_terminal(execution.status)) start_ready(step, shard, execution);
  return execution;
}

void resume_execution(Step& step, Shard& shard, const ActiveExecution& active) {
  auto& slot = shard.executions[active.execution];
  slot = lay_out(step, shard, active.execution, active.admission);
  Execution& execution = *slot;
  execution.status = active.status;
  for (const TaskRow& row : active.tasks) {
    if (row.task.value >= execution.tasks.size()) continue;
    static const std::vector<std::uint64_t> none;
    const auto& holes = row.task.value < active.unclaimed.size() ? active.unclaimed[row.task.value] : none;
    restore_task(step, execution.tasks[row.task.value], row, holes);
  }
  for (const OpenAttempt& row : active.open) {
    TaskState* task = find_task(shard, row.attempt.item);
    if (task != nullptr) restore_open(step, shard, *task, row);
  }
  restore_edges(step, shard, execution);
  if (is_terminal(execution.status)) return;
  if (execution.tasks_left == 0) {
    open_batch(step, shard);
    return finish_execution(step, shard, execution);
  }
  if (execution.status == ExecutionStatus::stopping) {
    open_batch(step, shard);
    for (TaskState& task : execution.tasks) {
      if (!task.done) cancel_rest(step, shard, task);
    }
    return;
  }
  start_ready(step, shard, execution);
}

Resources needs_of(const TaskState& task) {
  Resources needs = body_of(task).resources;
  const auto& tags = task.execution->terms->worker_tags;
  needs.tags.insert(needs.tags.end(), tags.begin(), tags.end());
  std::sort(needs.tags.begin(), needs.tags.end());
  needs.tags.erase(std::unique(needs.tags.begin(), needs.tags.end()), needs.tags.end());
  return needs;
}

std::optional<std::vector<std::string>> allowed_workers(const State& state, const Terms& terms) {
  if (!state.some_drain) return terms.workers;
  if (terms.workers.empty()) {
    if (state.not_draining.empty()) return std::nullopt;
    return state.not_draining;
  }
  std::vector<std::string> allowed;
  std::set_intersection(terms.workers.begin(), terms.workers.end(), state.not_draining.begin(), state.not_draining.end(),
                        std::back_inserter(allowed));
  if (allowed.empty()) return std::nullopt;
  return allowed;
}

void offer(Step& step, Shard& shard, TaskState& task) {
  if (task.done || task.items.closed() || task.state != ItemState::ready) return;
  read_ahead(step, shard, task);
  if (task.offer_class == 0) {
    const auto allowed = allowed_workers(step.state, *task.execution->terms);
    if (!allowed) return;
    shard.window.join(task, needs_of(task), *allowed);
  }
  shard.window.refresh(task);
}

void stop_offering(Shard& shard, TaskState& task) { shard.window.leave(task); }

void after_end(Step& step, Shard& shard, TaskState& task) {
  row_due(shard, task);
  mark_changed(step, *task.execution);
  if (failed_beyond(task) && gives_up(body_of(task).max_failures) && !task.items.closed()) cancel_rest(step, shard, task);
  if (!task.done && task.ended() == task.items.total()) finish_tasks(step, shard, task);
}

void cancel_rest(Step& step, Shard& shard, TaskState& task) {
  if (task.done || task.items.closed()) return;
  stop_offering(shard, task);
  Gathered& gathered = open_batch(step, shard);
  const std::uint64_t untouched = task.items.total() - task.ended() - task.open.size();
  task.canceled += untouched;
  const Places unwritten = task.open.size() > task.held ? ends_in(*gathered.batch, task) : Places();
  for (auto it = task.open.begin(); it != task.open.end();) {
    OpenItem& item = it->second;
    if (item.is_held()) {
      ++it;
      continue;
    }
    const ItemState state = *apply(item.state, ItemEvent::cancel);
    write_canceled(gathered, unwritten, {item_ref(task, it->first), item.attempt}, state, step.now.wall);
    task.canceled += 1;
    it = task.open.erase(it);
  }
  task.items.close();
  if (!is_terminal(task.state)) task.state = ItemState::canceled;
  row_due(shard, task);
  if (task.ended() == task.items.total()) finish_tasks(step, shard, task);
}

std::set<ExecutionId> stop_executions(Step& step, Shard& shard, const std::vector<ExecutionId>& asked, const std::string& who) {
  std::set<ExecutionId> stopped;
  for (const ExecutionId id : asked) {
    Execution* execution = find_execution(shard, id);
    if (execution == nullptr || execution->status == ExecutionStatus::stopping || is_terminal(execution->status)) continue;
    if (stopped.empty()) close_batch(shard);  // claims that are in it are committed before "stopping" is
    Gathered& gathered = open_batch(step, shard);
    execution->status = ExecutionStatus::stopping;
    row_due(shard, *execution);
    gathered.batch->operations.push_back({step.now.wall, who, "execution.cancel", "execution " + std::to_string(id.value), {}});
    gathered.then.stopping.push_back(id);
    mark_changed(step, *execution);
    stopped.insert(id);
  }
  if (stopped.empty()) return stopped;
  close_batch(shard);  // "stopping" is committed before any end that follows from it
  for (const ExecutionId id : stopped) {
    open_batch(step, shard);
    for (TaskState& task : find_execution(shard, id)->tasks) {
      if (!task.done) cancel_rest(step, shard, task);
    }
  }
  return stopped;
}

bool lends_outputs(const TaskState& task) { return body_of(task).for_each.source == ItemSource::none; }

ExecutionStatus final_status(const Execution& execution) {
  bool failed = false, interrupted = false, tolerated = false, canceled = false;
  for (const TaskState& task : execution.tasks) {
    canceled |= task.canceled > 0;
    if (failed_beyond(task)) {
      (task.failed > 0 ? failed : interrupted) = true;
    } else {
      tolerated |= task.failed + task.interrupted > 0;
    }
  }
  if (execution.status == ExecutionStatus::stopping && canceled) return ExecutionStatus::canceled;
  if (failed) return ExecutionStatus::failed;
  if (interrupted) return ExecutionStatus::ended_unexpectedly;
  return tolerated ? ExecutionStatus::completed : ExecutionStatus::succeeded;
}

TaskCounts counts_of(const TaskState& task) {
  TaskCounts counts;
  counts.total = task.items.total();
  counts.succeeded = task.succeeded, counts.failed = task.failed, counts.canceled = task.canceled;
  counts.interrupted = task.interrupted, counts.skipped = task.skipped;
  const auto runs = [](const auto& open) { return open.second.state == ItemState::running; };
  counts.running = static_cast<std::uint64_t>(std::count_if(task.open.begin(), task.open.end(), runs));
  counts.ready = task.held - counts.running;
  if (task.state == ItemState::ready && !task.done) counts.ready += task.items.ready();
  counts.waiting = counts.total - task.ended() - counts.running - counts.ready;
  return counts;
}

TaskCounts counts_of(const Execution& execution) {
  TaskCounts sum;
  for (const TaskState& task : execution.tasks) {
    const TaskCounts c = counts_of(task);
    sum.total += c.total, sum.waiting += c.waiting, sum.ready += c.ready, sum.running += c.running;
    sum.succeeded += c.succeeded, sum.failed += c.failed, sum.canceled += c.canceled;
    sum.interrupted += c.interrupted, sum.skipped += c.skipped;
  }
  return sum;
}

}  // namespace argosy::master
