// A batch that the catalog refused for one of its rows: the row goes, who stands behind it is told, the rest is written.
#include <algorithm>
#include <string_view>

#include "master/batches.h"
#include "master/graph.h"

namespace argosy::master {
namespace {

void refuse_admission(Step& step, Shard& shard, Gathered& gathered, Batch& rest, std::size_t at, const std::string& why) {
  const Accepting who = gathered.then.accepting[at];
  refuse_accepting(step, who, rest.admissions[at].key, Refusal::invalid, "the catalog cannot store this request: " + why);
  no_longer_waits(shard.ledger, rest.admissions[at], who);
  rest.admissions.erase(rest.admissions.begin() + static_cast<std::ptrdiff_t>(at));
  gathered.then.accepting.erase(gathered.then.accepting.begin() + static_cast<std::ptrdiff_t>(at));
}

// The claim never was: its item is as it was before.
void undo_claim(Step& step, Shard& shard, Gathered& gathered, Batch& rest, std::size_t at) {
  const ClaimRow row = rest.claims[at];
  rest.claims.erase(rest.claims.begin() + static_cast<std::ptrdiff_t>(at));
  std::erase_if(gathered.then.grants, [&](const Grant& grant) { return grant.attempt == row.attempt; });
  TaskState* task = find_task(shard, row.attempt.item);
  if (task == nullptr) return;
  const std::uint64_t no = row.attempt.item.item.value;
  const auto it = task->open.find(no);
  if (it == task->open.end() || it->second.attempt != row.attempt.attempt || !it->second.is_held()) return;
  Lane& lane = shard.lanes[it->second.worker];
  const ConnectionId connection = lane.connection;  // the broker finds the ledger by it
  lane.open.erase(row.attempt);
  task->held -= 1;
  if (it->second.attempt.value <= 1) {
    task->open.erase(it);
  } else {
    it->second.attempt.value -= 1;
    it->second.state = ItemState::ready;
  }
  say_to_broker(step, Declined{{{row.attempt.item, row.worker, row.session, connection}}});
  if (task->items.closed()) return;
  task->items.put_back(no);
  offer(step, shard, *task);
}

void plain_end(EndRow& row, const std::string& why) {
  row.end.stderr_tail.clear();
  row.end.outputs.clear();
  row.end.detail = "what the worker told could not be stored: " + why;
}

constexpr std::string_view kPlain = "[output that could not be stored]";

// As long as it was, so that what follows still continues its attempt's log: the worker is told that all of it is recorded.
void plain_output(LogChunk& chunk) {
  chunk.codec = LogCodec::raw;
  chunk.data.assign(kPlain.substr(0, chunk.length));
  chunk.data.resize(chunk.length, '\n');
}

bool is_plain(const LogChunk& chunk) { return chunk.data.starts_with(kPlain.substr(0, chunk.length)); }

template <class Rows>
void drop(Rows& rows, std::size_t at) {
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void remove_culprit(Step& step, Shard& shard, Gathered& gathered, const BatchOutcome& outcome) {
  auto rest = std::make_shared<Batch>(*gathered.batch);
  rest->id = 0;
  using Rows = Culprit::Rows;
  const std::size_t at = outcome.culprit ? outcome.culprit->index : 0;
  if (!outcome.culprit) {
    if (rest->admissions.empty()) {  // nobody's row: all of it is tried again, and people are told
      step.note("the catalog refused a batch: " + outcome.detail);
      shard.ledger.retry_at = step.now.steady + step.state.limits.retry_most;
      return;
    }
    while (!rest->admissions.empty()) refuse_admission(step, shard, gathered, *rest, 0, outcome.detail);
  } else if (outcome.culprit->rows == Rows::admissions && at < rest->admissions.size()) {
    refuse_admission(step, shard, gathered, *rest, at, outcome.detail);
  } else if (outcome.culprit->rows == Rows::claims && at < rest->claims.size()) {
    step.note("the catalog refused a claim: " + outcome.detail);
    undo_claim(step, shard, gathered, *rest, at);
  } else if (outcome.culprit->rows == Rows::ends && at < rest->ends.size() && !rest->ends[at].end.detail.starts_with("what the worker told")) {
    plain_end(rest->ends[at], outcome.detail);
  } else if (outcome.culprit->rows == Rows::outputs && at < rest->outputs.size() && !is_plain(rest->outputs[at].chunk)) {
    step.note("the catalog refused output of a task, which is left out: " + outcome.detail);
    plain_output(rest->outputs[at].chunk);
  } else {
    step.note("the catalog refused a row, which is left out: " + outcome.detail);
    if (outcome.culprit->rows == Rows::starts && at < rest->starts.size()) drop(rest->starts, at);
    if (outcome.culprit->rows == Rows::outputs && at < rest->outputs.size()) drop(rest->outputs, at);
    if (outcome.culprit->rows == Rows::ends && at < rest->ends.size()) drop(rest->ends, at);
    if (outcome.culprit->rows == Rows::tasks && at < rest->tasks.size()) drop(rest->tasks, at);
    if (outcome.culprit->rows == Rows::executions && at < rest->executions.size()) drop(rest->executions, at);
    if (outcome.culprit->rows == Rows::operations && at < rest->operations.size()) drop(rest->operations, at);
  }
  gathered.batch = std::move(rest);
}

}  // namespace argosy::master
