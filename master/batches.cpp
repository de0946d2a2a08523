#include "master/batches.h"

#include <algorithm>

#include "base/check.h"
#include "master/link.h"
#include "master/watches.h"

namespace argosy::master {
namespace {

TaskRow row_of(const TaskState& task) {
  TaskRow row;
  row.execution = task.execution->id;
  row.task = task.task;
  row.state = task.state;
  row.high = task.items.high();
  row.low = row.high;
  if (!task.items.closed()) {
    row.low = std::min(row.low, task.items.first_back());
    if (!task.items.out().empty()) row.low = std::min(row.low, *task.items.out().begin());
  }
  row.succeeded = task.succeeded, row.failed = task.failed, row.canceled = task.canceled;
  row.interrupted = task.interrupted, row.skipped = task.skipped;
  row.outputs = task.outputs;
  return row;
}

void seal(Gathered& gathered) {
  if (gathered.sealed) return;
  gathered.sealed = true;
  for (TaskState* task : gathered.tasks) {
    gathered.batch->tasks.push_back(row_of(*task));
    task->row_due = false;
  }
  for (Execution* execution : gathered.executions) {
    gathered.batch->executions.push_back(
        {execution->id, execution->status, execution->started_at, execution->ended_at, execution->detail});
    execution->row_due = false;
  }
  gathered.tasks.clear();
  gathered.executions.clear();
}

bool worth_sending(const Gathered& g) {
  const Then& t = g.then;
  return g.sealed || g.confirm || !g.tasks.empty() || !g.executions.empty() || !g.batch->only_confirms() ||
         !t.grants.empty() || !t.ends.empty() || !t.logs.empty() || !t.reconciling.empty() || !t.stopping.empty() ||
         !t.over.empty() || !t.answers.empty();
}

void transmit(Step& step, Shard& shard) {
  Ledger& ledger = shard.ledger;
  Gathered& front = ledger.queue.front();
  seal(front);
  if (front.batch->id == 0) front.batch->id = step.state.next_batch++;
  front.batch->fence = shard.reign;
  ledger.in_flight = true;
  ledger.retry_at.reset();
  ledger.asked_at = step.now.steady;
  step.out.commits.push_back(front.batch);
}

// The catalog has been away for longer than a submit should wait.
void give_up_submits(Step& step, Shard& shard) {
  Ledger& ledger = shard.ledger;
  for (std::size_t at = 0; at < ledger.queue.size(); ++at) {
    Gathered& gathered = ledger.queue[at];
    if (gathered.batch->admissions.empty() || (at == 0 && (ledger.in_flight || ledger.maybe_written))) continue;
    for (std::size_t i = 0; i < gathered.batch->admissions.size(); ++i) {
      const Accepting& who = gathered.then.accepting[i];
      refuse_accepting(step, who, gathered.batch->admissions[i].key, Refusal::catalog_unavailable,
                       "the catalog cannot be written: " + ledger.away_detail + "; submit again, with the same key");
      no_longer_waits(ledger, gathered.batch->admissions[i], who);
    }
    auto rest = std::make_shared<Batch>(*gathered.batch);
    rest->admissions.clear();
    rest->id = 0;
    gathered.batch = std::move(rest);
    gathered.then.accepting.clear();
  }
  while (!ledger.queue.empty() && !ledger.in_flight && !worth_sending(ledger.queue.front())) ledger.queue.pop_front();
}

// Submits that wait behind the batch in flight: they are certainly not written.
bool refusable(const Ledger& ledger) {
  const bool front_stays = ledger.in_flight || ledger.maybe_written;
  return ledger.admissions > (front_stays && !ledger.queue.empty() ? ledger.queue.front().batch->admissions.size() : 0);
}

void retry_later(Step& step, Shard& shard, const BatchOutcome& outcome) {
  Ledger& ledger = shard.ledger;
  const Limits& limits = step.state.limits;
  if (!ledger.away_since) {
    ledger.away_since = step.now.steady;
    ledger.pause = limits.retry_first;
    step.note("catalog: " + outcome.detail + "; the batch is tried again until it is committed");
  }
  ledger.away_detail = outcome.detail;
  ledger.retry_at = step.now.steady + ledger.pause;
  ledger.pause = std::min(ledger.pause * 2, limits.retry_most);
}

Asked asked(const Admission& admission, const Accepting& who) {
  return {who.client, admission.submitter, admission.key, admission.request_digest, who.watch};
}

std::size_t size_of(const Task& task) {
  std::size_t bytes = sizeof(Task) + bytes_of(task.env) + bytes_of(task.secrets);
  for (const auto& arg : task.argv) bytes += arg.size();
  for (const auto& value : task.for_each.values) bytes += 32 + value.size();
  if (task.script) bytes += task.script->size();
  return bytes;
}

std::size_t size_of(const Admission& admission) {
  std::size_t bytes = 1024 + bytes_of(admission.parameters) + bytes_of(admission.sealed_parameters);
  for (const Task& task : admission.package.tasks) bytes += size_of(task);
  for (const auto& outputs : admission.outputs) bytes += bytes_of(outputs);
  return bytes + sizeof(ItemRef) * admission.carried.size();
}

}  // namespace

std::size_t bytes_of(const std::map<std::string, std::string>& texts) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : texts) bytes += 64 + key.size() + value.size();
  return bytes;
}

Gathered& open_batch(Step& step, Shard& shard) {
  auto& queue = shard.ledger.queue;
  const Limits& limits = step.state.limits;
  if (!queue.empty() && !queue.back().sealed &&
      (queue.back().rows >= limits.batch_rows || queue.back().bytes >= limits.batch_bytes)) {
    seal(queue.back());
  }
  if (queue.empty() || queue.back().sealed) queue.push_back({std::make_shared<Batch>(), {}, 0, 0, false, false, {}, {}});
  return queue.back();
}

void close_batch(Shard& shard) {
  if (!shard.ledger.queue.empty()) seal(shard.ledger.queue.back());
}

void row_due(Shard& shard, TaskState& task) {
  if (task.row_due) return;
  task.row_due = true;
  CHECK(!shard.ledger.queue.empty() && !shard.ledger.queue.back().sealed);
  shard.ledger.queue.back().tasks.push_back(&task);
  shard.ledger.queue.back().rows += 1;
}

void row_due(Shard& shard, Execution& execution) {
  if (execution.row_due) return;
  execution.row_due = true;
  CHECK(!shard.ledger.queue.empty() && !shard.ledger.queue.back().sealed);
  shard.ledger.queue.back().executions.push_back(&execution);
  shard.ledger.queue.back().rows += 1;
}

void send_batch(Step& step, Shard& shard) {
  Ledger& ledger = shard.ledger;
  if (ledger.in_flight || ledger.queue.empty() || (step.state.shutting_down && shard.last_batches == 0)) return;
  if (ledger.retry_at && *ledger.retry_at > step.now.steady) return;
  if (worth_sending(ledger.queue.front())) return transmit(step, shard);
  if (ledger.queue.size() == 1) ledger.queue.pop_front();  // an act that needed nothing written after all
}

void on_settled(Step& step, const Settled& event) {
  const auto it = step.state.shards.find(event.shard);
  if (it == step.state.shards.end() || !it->second->ledger.in_flight ||
      it->second->ledger.queue.front().batch->id != event.outcome.id) {
    return step.ignore(Ignored::stale_batch);
  }
  Shard& shard = *it->second;
  Ledger& ledger = shard.ledger;
  ledger.in_flight = false;
  switch (event.outcome.verdict) {
    case BatchVerdict::committed: {
      if (ledger.away_since) step.note("catalog: is back");
      ledger.away_since.reset();
      ledger.maybe_written = false;
      ledger.confirmed = true;
      ledger.confirmed_at = std::max(ledger.confirmed_at, ledger.asked_at);
      if (shard.last_batches > 0) --shard.last_batches;
      Gathered done = std::move(ledger.queue.front());
      ledger.queue.pop_front();
      return follow(step, shard, done, event.outcome);
    }
    case BatchVerdict::fenced:
      return lose_shard(step, event.shard, "its term no longer stands: another master took it");
    case BatchVerdict::unknown:
      ledger.maybe_written = true;
      return retry_later(step, shard, event.outcome);
    case BatchVerdict::unavailable:
      return retry_later(step, shard, event.outcome);
    case BatchVerdict::refused:
      return remove_culprit(step, shard, ledger.queue.front(), event.outcome);
  }
  CHECK(false);
}

void on_catalog_waits(Step& step, const CatalogWaits& event) {
  step.note("catalog: " + event.why);
  for (auto& [id, shard] : step.state.shards) {
    Ledger& ledger = shard->ledger;
    if (!ledger.in_flight) continue;
    if (!ledger.away_since) {
      ledger.away_since = step.now.steady;
      ledger.pause = step.state.limits.retry_first;
    }
    ledger.away_detail = event.why;
  }
}

void tick_batches(Step& step, Shard& shard) {
  Ledger& ledger = shard.ledger;
  if (ledger.away_since && refusable(ledger) &&
      *ledger.away_since + step.state.limits.submit_patience <= step.now.steady) {
    give_up_submits(step, shard);
  }
  if (!ledger.in_flight && ledger.queue.empty() &&
      ledger.confirmed_at + step.state.limits.confirm_every <= step.now.steady) {
    open_batch(step, shard).confirm = true;
  }
}

std::optional<Time> batches_deadline(const State& state, const Shard& shard) {
  const Ledger& ledger = shard.ledger;
  std::optional<Time> when;
  const auto sooner = [&](Time t) { when = when ? std::min(*when, t) : t; };
  if (ledger.retry_at && !ledger.in_flight) sooner(*ledger.retry_at);
  if (ledger.away_since && refusable(ledger)) {
    sooner(*ledger.away_since + state.limits.submit_patience);
  }
  if (!ledger.in_flight && ledger.queue.empty()) sooner(ledger.confirmed_at + state.limits.confirm_every);
  return when;
}

void no_longer_waits(Ledger& ledger, const Admission& admission, const Accepting& who) {
  ledger.admissions -= 1;
  ledger.admission_bytes -= who.bytes;
  if (who.ticket == 0) ledger.asked.erase(asked(admission, who));
}

void admit_to(Step& step, Shard& shard, Admission admission, Accepting who) {
  Ledger& ledger = shard.ledger;
  const Limits& limits = step.state.limits;
  if (ledger.away_since && *ledger.away_since + limits.submit_patience <= step.now.steady) {
    return refuse_accepting(step, who, admission.key, Refusal::catalog_unavailable,
                            "the catalog cannot be written: " + ledger.away_detail + "; submit again, with the same key");
  }
  if (who.ticket == 0 && ledger.asked.count(asked(admission, who)) > 0) return step.ignore(Ignored::submit_waits);
  who.bytes = size_of(admission);
  who.epoch = step.state.link.epoch;
  if (ledger.admissions >= limits.admissions_waiting || ledger.admission_bytes + who.bytes > limits.admission_bytes_waiting) {
    return refuse_accepting(step, who, admission.key, Refusal::busy,
                            "too many submits wait for their commit (admissions_waiting); submit again, with the same key");
  }
  if (who.ticket == 0) ledger.asked.insert(asked(admission, who));
  ledger.admissions += 1;
  ledger.admission_bytes += who.bytes;
  Gathered& gathered = open_batch(step, shard);
  gathered.rows += 1 + admission.package.tasks.size();
  gathered.bytes += who.bytes;
  gathered.batch->admissions.push_back(std::move(admission));
  gathered.then.accepting.push_back(std::move(who));
}

void refuse_waiting(Step& step, const Shard& shard) {
  for (const Gathered& gathered : shard.ledger.queue) {
    for (std::size_t i = 0; i < gathered.then.accepting.size(); ++i) {
      refuse_accepting(step, gathered.then.accepting[i], gathered.batch->admissions[i].key, Refusal::unreachable,
                       "the shard has another holder; submit again, with the same key");
    }
  }
}

void lose_shard(Step& step, ShardId id, const std::string& why) {
  step.note("shard " + std::to_string(id.value) + " is lost: " + why);
  const auto it = step.state.shards.find(id);
  if (it == step.state.shards.end()) return;
  const Shard& shard = *it->second;
  for (const auto& [exec, execution] : shard.executions) forget_watchers(step.state, *execution);
  refuse_waiting(step, shard);
  step.state.shards.erase(it);
  say_holding(step);
  on_shard_lost(step, id);
}

}  // namespace argosy::master
