#include "master/results.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "master/batches.h"
#include "master/graph.h"
#include "master/retry.h"
#include "master/watches.h"

namespace argosy::master {
namespace {

constexpr std::size_t stderr_tail_most = 4096;
constexpr std::size_t outputs_most = 64 << 10;
constexpr std::size_t detail_most = 4096;

struct Found {
  TaskState* task = nullptr;
  OpenItem* item = nullptr;
};

// The open attempt, if it is this worker's and this session's.
Found find_attempt(Shard& shard, WorkerIndex worker, SessionId session, const AttemptRef& attempt) {
  TaskState* task = find_task(shard, attempt.item);
  if (task == nullptr) return {};
  const auto it = task->open.find(attempt.item.item.value);
  if (it == task->open.end()) return {};
  OpenItem& item = it->second;
  if (item.attempt != attempt.attempt || !item.is_held() || item.worker != worker || item.session != session) return {};
  return {task, &item};
}

bool is_open(Shard& shard, const AttemptRef& attempt) {
  TaskState* task = find_task(shard, attempt.item);
  if (task == nullptr) return false;
  const auto it = task->open.find(attempt.item.item.value);
  return it != task->open.end() && it->second.attempt == attempt.attempt && it->second.is_held();
}

void clean(std::string& text, std::size_t most) {
  if (text.size() > most || !is_clean_text(text)) text = printable(text, most);
}

// Nothing that a worker says may make a batch fail.
void clean(AttemptEnd& end) {
  clean(end.stderr_tail, stderr_tail_most);
  clean(end.detail, detail_most);
  std::size_t bytes = 0;
  for (auto it = end.outputs.begin(); it != end.outputs.end();) {
    bytes += it->first.size() + it->second.size();
    const bool keep = bytes <= outputs_most && is_clean_text(it->first) && is_clean_text(it->second);
    it = keep ? std::next(it) : end.outputs.erase(it);
  }
}

// Answered after the next commit: an end that is on its way is committed by then.
void record_late(Step& step, Shard& shard, WorkerIndex worker, SessionId session, const AttemptRef& attempt) {
  step.ignore(Ignored::late_end);
  open_batch(step, shard).then.ends.push_back({worker, session, attempt});
}

void count(TaskState& task, ItemState state) {
  switch (state) {
    case ItemState::succeeded: ++task.succeeded; break;
    case ItemState::failed: ++task.failed; break;
    case ItemState::canceled: ++task.canceled; break;
    case ItemState::interrupted: ++task.interrupted; break;
    case ItemState::skipped: ++task.skipped; break;
    default: CHECK(false);
  }
}

void say_log_offset(Step& step, Shard& shard, WorkerIndex worker, const AttemptRef& attempt, std::uint64_t offset) {
  Recorded recorded;
  recorded.session = step.state.workers[worker]->presence.session;
  recorded.logs.push_back({attempt, offset});
  say_to_worker(step, shard, worker, std::move(recorded));
}

void take_chunk(Step& step, Shard& shard, WorkerIndex worker, SessionId session, LogChunk&& chunk) {
  const AttemptRef attempt = chunk.attempt;
  const Found found = find_attempt(shard, worker, session, attempt);
  if (found.item == nullptr) {
    step.ignore(Ignored::late_log);
    if (is_open(shard, attempt)) return;  // another session's
    // Its end stands after the next commit: the worker may drop these bytes, which otherwise fill its window for ever.
    open_batch(step, shard).then.logs.push_back({worker, session, attempt, chunk.offset + chunk.length});
    return;
  }
  OpenItem& item = *found.item;
  if (chunk.offset + chunk.length <= item.log_taken) {
    step.ignore(Ignored::late_log);
    return say_log_offset(step, shard, worker, attempt, item.log_committed);
  }
  if (chunk.offset != item.log_taken) {
    step.ignore(chunk.offset > item.log_taken ? Ignored::log_gap : Ignored::log_overlap);
    return say_log_offset(step, shard, worker, attempt, item.log_committed);
  }
  Gathered& gathered = open_batch(step, shard);
  item.log_taken += chunk.length;
  gathered.rows += 1;
  gathered.bytes += chunk.data.size() + 64 * chunk.pieces.size();
  gathered.batch->outputs.push_back({std::move(chunk)});
  auto& logs = gathered.then.logs;
  if (!logs.empty() && logs.back().attempt == attempt) {
    logs.back().offset = item.log_taken;
  } else {
    logs.push_back({worker, session, attempt, item.log_taken});
  }
  if (item.held && item.log_taken >= item.held->log_bytes) {
    AttemptEnd end = std::move(*item.held);
    end_attempt(step, shard, *found.task, attempt.item.item.value, std::move(end), session);
  }
}

void take_end(Step& step, Shard& shard, WorkerIndex worker, SessionId session, AttemptEnd&& end) {
  const AttemptRef attempt = end.attempt;
  const Found found = find_attempt(shard, worker, session, attempt);
  if (found.item == nullptr && is_open(shard, attempt)) return step.ignore(Ignored::old_session);  // not its to end
  if (found.item == nullptr) return record_late(step, shard, worker, session, attempt);
  clean(end);
  if (found.item->log_taken < end.log_bytes) {  // held until its whole log is here
    found.item->held = std::make_unique<AttemptEnd>(std::move(end));
    return;
  }
  end_attempt(step, shard, *found.task, attempt.item.item.value, std::move(end), session);
}

}  // namespace

void on_started(Step& step, Shard& shard, WorkerIndex worker, const Started& word) {
  for (const AttemptStart& start : word.attempts) {
    const Found found = find_attempt(shard, worker, word.session, start.attempt);
    if (found.item == nullptr || found.item->state != ItemState::claimed) {
      step.ignore(Ignored::late_start);
      continue;
    }
    Gathered& gathered = open_batch(step, shard);
    found.item->state = *apply(found.item->state, ItemEvent::start);
    gathered.batch->starts.push_back({start.attempt, start.at});
    gathered.rows += 1;
  }
}

void on_log(Step& step, Shard& shard, WorkerIndex worker, Log&& word) {
  for (LogChunk& chunk : word.chunks) take_chunk(step, shard, worker, word.session, std::move(chunk));
}

void on_finished(Step& step, Shard& shard, WorkerIndex worker, Finished&& word) {
  for (AttemptEnd& end : word.ends) take_end(step, shard, worker, word.session, std::move(end));
}

void on_return(Step& step, Shard& shard, WorkerIndex worker, const Return& word) {
  for (const AttemptRef& attempt : word.attempts) {
    const Found found = find_attempt(shard, worker, word.session, attempt);
    if (found.item == nullptr) {
      step.ignore(Ignored::late_return);
      continue;
    }
    if (word.forgotten || found.item->state == ItemState::running) {
      lose_attempt(step, shard, attempt, "its worker knew it, and no longer has it");
      continue;
    }
    AttemptEnd end;
    end.attempt = attempt;
    end.reason = EndReason::returned;
    end.ended_at = step.now.wall;
    end.detail = printable(word.why, detail_most);
    end_attempt(step, shard, *found.task, attempt.item.item.value, std::move(end));
  }
}

void end_attempt(Step& step, Shard& shard, TaskState& task, std::uint64_t no, AttemptEnd end,
                 std::optional<SessionId> said_by) {
  const auto it = task.open.find(no);
  CHECK(it != task.open.end() && it->second.is_held());
  OpenItem& item = it->second;
  Gathered& gathered = open_batch(step, shard);
  const AttemptRef attempt{item_ref(task, no), item.attempt};
  if (said_by) gathered.then.ends.push_back({item.worker, *said_by, attempt});
  const bool given_up = task.execution->status == ExecutionStatus::stopping || task.items.closed();
  const Judgement verdict = judge(body_of(task), end.reason, {item.failures, item.interruptions}, given_up);
  const auto lane = shard.lanes.find(item.worker);
  if (lane != shard.lanes.end()) lane->second.open.erase(attempt);
  task.held -= 1;
  item.held.reset();
  item.state = *apply(item.state, verdict.event);
  item.failures = verdict.spent.failures;
  item.interruptions = verdict.spent.interruptions;
  if (is_terminal(item.state) && lends_outputs(task)) task.outputs = end.outputs;  // those of its last attempt, failed or not
  EndRow row{std::move(end), item.state, {}};
  if (item.state == ItemState::waiting) {
    item.since = row.not_before = step.now.wall + verdict.wait;
    shard.backoffs.emplace(step.now.steady + verdict.wait, attempt.item);
  }
  gathered.rows += 1;
  gathered.bytes += 256 + row.end.stderr_tail.size() + row.end.detail.size() + bytes_of(row.end.outputs);
  gathered.batch->ends.push_back(std::move(row));
  if (is_terminal(item.state)) {
    count(task, item.state);
    task.open.erase(it);
  } else if (item.state == ItemState::ready) {
    task.items.put_back(no);
    offer(step, shard, task);
  }
  after_end(step, shard, task);
}

// In a batch ends are written before claims. An end whose claim still waits to be written goes into a later one.
namespace {
void close_batch_with_claim(Shard& shard, const AttemptRef& attempt) {
  const auto& queue = shard.ledger.queue;
  if (queue.empty() || queue.back().sealed) return;
  const auto& claims = queue.back().batch->claims;
  const auto is_its = [&](const ClaimRow& row) { return row.attempt == attempt; };
  if (std::any_of(claims.begin(), claims.end(), is_its)) close_batch(shard);
}
}  // namespace

void lose_attempt(Step& step, Shard& shard, const AttemptRef& attempt, const std::string& why) {
  TaskState* task = find_task(shard, attempt.item);
  if (task == nullptr) return;
  const auto it = task->open.find(attempt.item.item.value);
  if (it == task->open.end() || it->second.attempt != attempt.attempt || !it->second.is_held()) return;
  AttemptEnd end;
  end.attempt = attempt;
  end.reason = EndReason::lost;
  end.detail = why;
  end.ended_at = step.now.wall;
  end.log_bytes = it->second.log_taken;
  close_batch_with_claim(shard, attempt);
  end_attempt(step, shard, *task, attempt.item.item.value, std::move(end));
}

void tick_backoffs(Step& step, Shard& shard) {
  while (!shard.backoffs.empty() && shard.backoffs.begin()->first <= step.now.steady) {
    const ItemRef ref = shard.backoffs.begin()->second;
    shard.backoffs.erase(shard.backoffs.begin());
    TaskState* task = find_task(shard, ref);
    if (task == nullptr) continue;
    const auto it = task->open.find(ref.item.value);
    if (it == task->open.end() || it->second.state != ItemState::waiting) continue;
    it->second.state = *apply(ItemState::waiting, ItemEvent::became_ready);
    task->items.put_back(ref.item.value);
    offer(step, shard, *task);
  }
}

}  // namespace argosy::master
