// What may be said and done now that a batch is committed.
#include <algorithm>

#include "base/check.h"
#include "master/batches.h"
#include "master/claims.h"
#include "master/graph.h"
#include "master/reconcile.h"
#include "master/watches.h"

namespace argosy::master {
namespace {

void accept(Step& step, Shard& shard, const Accepting& who, const Admission& admission, const AdmissionOutcome& outcome) {
  no_longer_waits(shard.ledger, admission, who);
  if (outcome.outcome == Admitted::conflict) {
    return refuse_accepting(step, who, admission.key, Refusal::conflict,
                            "key " + admission.key + " was used for another request; use a new key for a new request");
  }
  const bool repeated = outcome.outcome == Admitted::repeated;
  if (!repeated) begin_execution(step, shard, outcome.execution, admission);
  if (who.ticket != 0) step.out.answers.push_back(AdmitOutcome{who.ticket, outcome});
  if (who.ticket == 0) say_to_client(step, who.client, Accepted{admission.key, outcome.execution, repeated});
  // After a change of the broker the client asks again, on its new connection; nothing would end the watch of the former one.
  if (who.watch && who.epoch == step.state.link.epoch) watch(step, shard, {who.client, admission.key, true}, outcome.execution);
}

void say_recorded(Step& step, Shard& shard, const Then& then) {
  for (const LogSaid& log : then.logs) {
    TaskState* task = find_task(shard, log.attempt.item);
    if (task == nullptr) continue;
    const auto it = task->open.find(log.attempt.item.item.value);
    if (it == task->open.end() || it->second.attempt != log.attempt.attempt) continue;
    it->second.log_committed = std::max(it->second.log_committed, log.offset);
  }
  std::map<WorkerIndex, Recorded> words;
  for (const EndSaid& end : then.ends) words[end.worker].ends.push_back(end.attempt);
  for (const LogSaid& log : then.logs) words[log.worker].logs.push_back({log.attempt, log.offset});
  for (auto& [worker, word] : words) {
    word.session = step.state.workers[worker]->presence.session;  // the one that listens: it may speak for an earlier one
    say_to_worker(step, shard, worker, std::move(word));
  }
}

// "stopping" is committed: what runs is told.
void say_stops(Step& step, Shard& shard, const std::vector<ExecutionId>& stopping) {
  std::map<std::pair<WorkerIndex, SessionId>, Stop> words;
  for (const ExecutionId id : stopping) {
    Execution* execution = find_execution(shard, id);
    if (execution == nullptr) continue;
    for (const TaskState& task : execution->tasks) {
      for (const auto& [no, item] : task.open) {
        if (!item.is_held()) continue;
        words[{item.worker, item.session}].attempts.push_back({item_ref(task, no), item.attempt});
      }
    }
  }
  for (auto& [to, word] : words) {
    if (step.state.workers[to.first]->presence.session != to.second) continue;
    word.session = to.second;
    say_to_worker(step, shard, to.first, std::move(word));
  }
}

void forget_execution(Step& step, Shard& shard, ExecutionId id) {
  Execution* execution = find_execution(shard, id);
  if (execution == nullptr) return;
  say_ended(step, *execution);
  const auto group = shard.batch_groups.find(execution->terms->batch);
  if (group != shard.batch_groups.end() && --group->second.executions == 0) shard.batch_groups.erase(group);
  shard.executions.erase(id);
}

}  // namespace

void refuse_accepting(Step& step, const Accepting& who, const std::string& key, Refusal reason, const std::string& text) {
  if (who.ticket != 0) {
    step.out.answers.push_back(OrderRefused{who.ticket, reason, text, {}});
  } else {
    refuse(step, who.client, Submit::word, key, reason, text);
  }
}

void follow(Step& step, Shard& shard, Gathered& done, const BatchOutcome& outcome) {
  const auto& admissions = done.batch->admissions;
  CHECK(outcome.admissions.size() == admissions.size() && done.then.accepting.size() == admissions.size());
  for (std::size_t i = 0; i < admissions.size(); ++i) {
    accept(step, shard, done.then.accepting[i], admissions[i], outcome.admissions[i]);
  }
  say_recorded(step, shard, done.then);
  say_runs(step, shard, done.then.grants);
  say_stops(step, shard, done.then.stopping);
  for (const Reconciling& r : done.then.reconciling) become_reconciled(step, shard, r);
  for (const ExecutionId id : done.then.over) forget_execution(step, shard, id);
  for (DeskOutcome& answer : done.then.answers) step.out.answers.push_back(std::move(answer));
}

}  // namespace argosy::master
