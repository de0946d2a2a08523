// From a committed claim to the Run that a worker hears: commands with earlier outputs bound, secrets sealed to the worker.
#include <algorithm>

#include "master/batches.h"
#include "master/claims.h"
#include "master/graph.h"
#include "master/results.h"
#include "master/value_reads.h"
#include "schemas/sources.h"
#include "schemas/template.h"

namespace argosy::master {
namespace {

using Outputs = std::map<std::string, std::map<std::string, std::string>>;

bool waits_for_others(const TaskState& task) { return !body_of(task).after.empty(); }

Outputs outputs_before(const TaskState& task) {
  Outputs outputs;
  const auto& tasks = task.execution->plan->package.tasks;
  for (const TaskState& other : task.execution->tasks) {
    if (other.done) outputs[tasks[other.task.value].name] = other.outputs;
  }
  return outputs;
}

Task without_graph(const Task& body) {
  Task task;
  task.name = body.name;
  task.for_each.source = body.for_each.source;
  task.for_each.variable = body.for_each.variable;
  task.argv = body.argv, task.script = body.script, task.env = body.env;
  task.cwd = body.cwd, task.cwd_path = body.cwd_path;
  task.resources = body.resources, task.limits = body.limits, task.retry = body.retry;
  task.max_failures = body.max_failures, task.lease = body.lease, task.interruptions = body.interruptions;
  task.grace = body.grace, task.run_as = body.run_as;
  return task;
}

Result<std::shared_ptr<const TaskSpec>> make_spec(const TaskState& task) {
  auto spec = std::make_shared<TaskSpec>();
  spec->execution = task.execution->id;
  spec->task = task.task;
  spec->package = task.execution->plan->package.name;
  spec->content = task.execution->terms->content;
  spec->body = without_graph(body_of(task));
  if (waits_for_others(task)) {
    const Outputs outputs = outputs_before(task);
    Scope scope;
    scope.outputs = &outputs;
    auto command = bind_command(command_of(spec->body), scope);
    if (!command) return command.error();
    spec->body.argv = std::move(command->argv), spec->body.script = std::move(command->script);
    spec->body.env = std::move(command->env), spec->body.cwd_path = std::move(command->cwd_path);
  }
  return std::shared_ptr<const TaskSpec>(std::move(spec));
}

Result<std::map<std::string, std::string>> seal_secrets(Step& step, const TaskState& task, const Worker& worker) {
  const Task& body = body_of(task);
  if (body.secrets.empty()) return std::map<std::string, std::string>();
  if (step.state.sealer == nullptr) return Error{"this master has no key to open sealed values with"};
  const Outputs outputs = waits_for_others(task) ? outputs_before(task) : Outputs();
  const Terms& terms = *task.execution->terms;
  return step.state.sealer->seal(
      {body.secrets, terms.parameters, terms.sealed_parameters, outputs, worker.name, worker.setting.key});
}

// One Run under way.
struct Draft {
  WorkerIndex worker = no_worker;
  Run run;
  std::vector<AttemptRef> stop;     // said behind the Run
  const TaskState* last = nullptr;  // whose spec is run.specs[last_spec]
  std::uint32_t last_spec = 0;
};

// Ends an attempt that was never said to a worker.
void end_unsaid(Step& step, Shard& shard, TaskState& task, std::uint64_t item, EndReason reason, std::string detail,
                Declined& declined, const Grant& grant) {
  if (!grant.again) {
    declined.claims.push_back({grant.attempt.item, step.state.workers[grant.worker]->name, grant.session, grant.connection});
  }
  AttemptEnd end;
  end.attempt = grant.attempt;
  end.reason = reason;
  end.detail = std::move(detail);
  end.ended_at = step.now.wall;
  end_attempt(step, shard, task, item, std::move(end));
}

Result<std::uint32_t> spec_in(Step& step, Draft& draft, TaskState& task) {
  if (draft.last == &task) return draft.last_spec;
  for (std::uint32_t i = 0; i < draft.run.specs.size(); ++i) {
    const TaskSpec& spec = draft.run.specs[i];
    if (spec.execution == task.execution->id && spec.task == task.task) return draft.last = &task, draft.last_spec = i;
  }
  if (!task.spec) {
    auto spec = make_spec(task);
    if (!spec) return spec.error();
    task.spec = *spec;
  }
  auto secrets = seal_secrets(step, task, *step.state.workers[draft.worker]);
  if (!secrets) return secrets.error();
  draft.run.specs.push_back(*task.spec);
  draft.run.specs.back().secrets = std::move(*secrets);
  draft.last = &task;
  draft.last_spec = static_cast<std::uint32_t>(draft.run.specs.size() - 1);
  return draft.last_spec;
}

void add(Step& step, Shard& shard, const Grant& grant, std::vector<Draft>& drafts, Declined& declined) {
  TaskState* task = find_task(shard, grant.attempt.item);
  if (task == nullptr) return;
  const std::uint64_t no = grant.attempt.item.item.value;
  const auto it = task->open.find(no);
  if (it == task->open.end() || it->second.attempt != grant.attempt.attempt || !it->second.is_held() ||
      it->second.session != grant.session) {
    return;
  }
  // One that is said again may run there all the same: its first Run and the Inventory that lacks it can have crossed.
  const bool stopping = task->execution->status == ExecutionStatus::stopping;
  if (!grant.again && (stopping || task->items.closed())) {
    return end_unsaid(step, shard, *task, no, EndReason::canceled, "canceled before it was started", declined, grant);
  }
  Lane& lane = shard.lanes[grant.worker];
  const Worker& worker = *step.state.workers[grant.worker];
  const bool listens = worker.online && worker.presence.connection == grant.connection &&
                       lane.session == grant.session && lane.connection == grant.connection;
  if (!listens || (!grant.again && !lane.reconciled)) return;  // its next Inventory tells that it does not have it
  if (lane.renewal.value == 0) return lane.again.push_back(grant);
  auto value = value_of(step, shard, *task, no);
  if (!value) return task->values->waiting.push_back(grant.attempt);
  if (drafts.empty() || drafts.back().worker != grant.worker) {
    const auto at = std::find_if(drafts.begin(), drafts.end(), [&](const Draft& d) { return d.worker == grant.worker; });
    if (at == drafts.end()) {
      drafts.push_back({grant.worker, {lane.session, lane.renewal, {}, {}}, {}, nullptr, 0});
    } else {
      std::iter_swap(at, std::prev(drafts.end()));
    }
  }
  Draft& draft = drafts.back();
  auto spec = spec_in(step, draft, *task);
  if (!spec) {
    const EndReason reason = body_of(*task).secrets.empty() ? EndReason::cannot_start : EndReason::secret_unreadable;
    return end_unsaid(step, shard, *task, no, reason, spec.error().message, declined, grant);
  }
  const ForEach& array = body_of(*task).for_each;
  draft.run.items.push_back({*spec, grant.attempt, std::move(*value),
                             array.source == ItemSource::none ? std::string() : item_id(array, ItemNo{no})});
  if (stopping) draft.stop.push_back(grant.attempt);
}

}  // namespace

void say_runs(Step& step, Shard& shard, const std::vector<Grant>& grants) {
  if (grants.empty()) return;
  std::vector<Draft> drafts;
  Declined declined;
  for (const Grant& grant : grants) add(step, shard, grant, drafts, declined);
  for (Draft& draft : drafts) {
    if (draft.run.items.empty()) continue;
    Stop stop{draft.run.session, std::move(draft.stop)};
    say_to_worker(step, shard, draft.worker, std::move(draft.run));
    if (!stop.attempts.empty()) say_to_worker(step, shard, draft.worker, std::move(stop));
  }
  if (!declined.claims.empty()) say_to_broker(step, std::move(declined));
}

}  // namespace argosy::master
