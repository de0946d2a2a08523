// A batch on SQLite: inside one BEGIN IMMEDIATE transaction, one bulk statement for each kind of row. A
// statement that changed fewer rows than it was given is looked at row by row: a repeat is well, anything
// else is refused.
#include "catalog/batch_rows.h"

namespace argosy::catalog {
namespace {

using Numbers = std::vector<long long>;
using Texts = std::vector<std::string>;

[[noreturn]] void refuse_row(Culprit::Rows rows, std::size_t index, const std::string& why) {
  throw Failure{Trouble::refused, culprit_text({rows, index}, why)};
}

// Columns that name an attempt, in the order of every table's key.
struct Refs {
  Numbers execution, task, item, attempt;
  void add(const AttemptRef& ref) {
    execution.push_back(static_cast<long long>(ref.item.execution.value));
    task.push_back(ref.item.task.value);
    item.push_back(static_cast<long long>(ref.item.item.value));
    attempt.push_back(ref.attempt.value);
  }
  void reserve(std::size_t n) {
    for (Numbers* column : {&execution, &task, &item, &attempt}) column->reserve(n);
  }
};

bool any(Sql& sql, std::string_view text, const AttemptRef& a) {
  return sql
      .row<std::int64_t>(text, a.item.execution.value, a.item.task.value, a.item.item.value, a.attempt.value)
      .has_value();
}

void check_fence(Sql& sql, ShardTerm fence) {
  if (!sql.row<std::int64_t>("SELECT 1 FROM shards WHERE shard = :a AND term = :b", fence.shard.value,
                             fence.term.value))
    throw Failure{Trouble::fenced, "the shard's term no longer stands"};
}

void confirm(Sql& sql, ShardTerm fence) {
  if (sql.run("UPDATE shards SET confirms = confirms + 1 WHERE shard = :a AND term = :b", fence.shard.value,
              fence.term.value) == 0)
    throw Failure{Trouble::fenced, "the shard's term no longer stands"};
}

void store_plans(Sql& sql, const BatchRows& rows) {
  for (const auto& [digest, plan] : rows.plan_bodies) {
    if (sql.row<std::int64_t>("SELECT 1 FROM plans WHERE digest = :a", digest)) continue;
    sql.run("INSERT INTO plans VALUES (:a, BYTES(:b))", digest, Bytes{plan.body});
    for (const auto& content : plan.contents)
      sql.run("INSERT INTO plan_contents VALUES (:a, :b)", digest, content);
  }
}

void insert_tasks(Sql& sql, std::int64_t id, const std::vector<FirstTask>& tasks) {
  std::int64_t task = 0;
  for (const FirstTask& t : tasks)
    sql.run("INSERT INTO tasks VALUES (:a, :b, :c, :d, :e, :f, :g, 0, 0, 0, 0, '')", id, task++,
            static_cast<std::int64_t>(t.state), t.items, t.low, t.high, t.succeeded);
}

void insert_carried(Sql& sql, std::int64_t id, const std::vector<CarriedRun>& runs, WallTime at) {
  for (const CarriedRun& run : runs)
    sql.run(
        "WITH RECURSIVE n(item) AS (SELECT :a UNION ALL SELECT item + 1 FROM n WHERE item + 1 < :b) "
        "INSERT INTO attempts SELECT :c, :d, item, 0, 5, 1, 0, 0, '', 0, :e, 0, :f, 0, 0, 0, 0, '', '', "
        "'carried over' FROM n",
        run.first, run.stop, id, run.task, at.us, at.us);
}

AdmissionOutcome admit(Sql& sql, const BatchRows& rows, std::size_t place) {
  const Admission& a = rows.batch.admissions[place];
  if (const auto known = sql.row<std::string, std::int64_t>(
          "SELECT request_digest, execution FROM keys WHERE submitter = :a AND key = :b", a.submitter, a.key))
    return {std::get<0>(*known) == a.request_digest ? Admitted::repeated : Admitted::conflict,
            {static_cast<std::uint64_t>(std::get<1>(*known))}};
  sql.run(
      "INSERT INTO executions(shard, status, submitter, key, project, version, content, environment, "
      "package, plan, "
      "parameters, sealed, workers, worker_tags, priority, batch, retry_of, created_at) VALUES (:a, 1, :b, "
      ":c, :d, :e, "
      ":f, :g, :h, :i, :j, BYTES(:k), :l, :m, :n, :o, :p, :q)",
      rows.batch.fence.shard.value, a.submitter, a.key, a.project, a.version, a.content, a.environment,
      a.package.name, rows.plans[place], pack(a.parameters), Bytes{pack(a.sealed_parameters)},
      pack(a.workers), pack(a.worker_tags), a.priority, a.batch, a.retry_of ? a.retry_of->value : 0, a.at.us);
  const std::int64_t id = sql.last_id("executions");
  sql.run("INSERT INTO keys VALUES (:a, :b, :c, :d, 0)", a.submitter, a.key, a.request_digest, id);
  insert_tasks(sql, id, rows.first[place]);
  insert_carried(sql, id, rows.carried[place], a.at);
  return {Admitted::fresh, {static_cast<std::uint64_t>(id)}};
}

void write_starts(Sql& sql, const std::vector<StartRow>& starts) {
  Refs refs;
  Numbers at;
  for (const StartRow& row : starts) refs.add(row.attempt), at.push_back(row.at.us);
  sql.run_many(
      "UPDATE open_attempts SET state = 4, started_at = :at WHERE execution = :a AND task = :b AND item = :c "
      "AND "
      "attempt = :d AND state = 3",
      {std::move(at), std::move(refs.execution), std::move(refs.task), std::move(refs.item),
       std::move(refs.attempt)});
}

// One at a time: chunks are large, and each must begin where the one before ended.
void write_output(Sql& sql, const LogChunk& chunk, std::size_t place) {
  const AttemptRef& a = chunk.attempt;
  const auto execution = a.item.execution.value;
  const auto task = a.item.task.value;
  const auto item = a.item.item.value;
  const auto end = sql.row<std::int64_t>(
      "SELECT start + length FROM chunks WHERE execution = :a AND task = :b AND item = :c AND attempt = :d "
      "ORDER BY start DESC LIMIT 1",
      execution, task, item, a.attempt.value);
  const std::uint64_t stop = end ? static_cast<std::uint64_t>(std::get<0>(*end)) : 0;
  if (chunk.offset + chunk.length <= stop) return;  // a repeat
  const bool open =
      any(sql,
          "SELECT 1 FROM open_attempts WHERE execution = :a AND task = :b AND item = :c AND attempt = :d "
          "AND state IN (3, 4)",
          a);
  if (chunk.offset != stop || !open)
    refuse_row(Culprit::Rows::outputs, place, "does not continue its attempt's log");
  sql.run("INSERT INTO chunks VALUES (:a, :b, :c, :d, :e, :f, :g, BYTES(:h), BYTES(:i))", execution, task,
          item, a.attempt.value, chunk.offset, chunk.length, static_cast<std::int64_t>(chunk.codec),
          Bytes{pack_pieces(chunk.pieces)}, Bytes{chunk.data});
}

// Canceled between two attempts: the item ends, the attempt's own end stays as it is.
void settle(Sql& sql, const EndRow& row) {
  const AttemptRef& a = row.end.attempt;
  if (row.item != ItemState::canceled || row.end.reason != EndReason::canceled) return;
  if (sql.run("DELETE FROM open_attempts WHERE execution = :a AND task = :b AND item = :c AND attempt = :d "
              "AND state IN (1, 2)",
              a.item.execution.value, a.item.task.value, a.item.item.value, a.attempt.value) == 0)
    return;
  sql.run(
      "UPDATE attempts SET state = 7 WHERE execution = :a AND task = :b AND item = :c AND attempt = :d AND "
      "state IN (1, 2)",
      a.item.execution.value, a.item.task.value, a.item.item.value, a.attempt.value);
}

void insert_ends(Sql& sql, const std::vector<EndRow>& ends) {
  Refs refs;
  refs.reserve(ends.size());
  Numbers state, reason, code, signal, started, started_again, ended, user, system, rss, log;
  Texts tail, outputs, detail;
  for (const EndRow& row : ends) {
    const AttemptEnd& end = row.end;
    refs.add(end.attempt);
    state.push_back(static_cast<long long>(row.item));
    reason.push_back(static_cast<long long>(end.reason));
    code.push_back(end.exit_code);
    signal.push_back(end.signal);
    started.push_back(end.started_at.us);
    started_again.push_back(end.started_at.us);
    ended.push_back(end.ended_at.us);
    user.push_back(end.usage.user.us);
    system.push_back(end.usage.system.us);
    rss.push_back(static_cast<long long>(end.usage.max_rss_bytes));
    log.push_back(static_cast<long long>(end.log_bytes));
    tail.push_back(end.stderr_tail);
    outputs.push_back(pack(end.outputs));
    detail.push_back(end.detail);
  }
  const std::int64_t done = sql.run_many(
      "INSERT INTO attempts SELECT execution, task, item, attempt, :state, :reason, :code, :signal, worker, "
      "session, "
      "claimed_at, CASE WHEN :started = 0 THEN started_at ELSE :again END, :ended, :user, :system, :rss, "
      ":log, :tail, "
      ":outputs, :detail FROM open_attempts WHERE execution = :a AND task = :b AND item = :c AND attempt = "
      ":d AND "
      "state IN (3, 4) ON CONFLICT DO NOTHING",
      {std::move(state), std::move(reason), std::move(code), std::move(signal), std::move(started),
       std::move(started_again), std::move(ended), std::move(user), std::move(system), std::move(rss),
       std::move(log), std::move(tail), std::move(outputs), std::move(detail), std::move(refs.execution),
       std::move(refs.task), std::move(refs.item), std::move(refs.attempt)});
  if (done == static_cast<std::int64_t>(ends.size())) return;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    settle(sql, ends[i]);
    if (!any(sql, "SELECT 1 FROM attempts WHERE execution = :a AND task = :b AND item = :c AND attempt = :d",
             ends[i].end.attempt))
      refuse_row(Culprit::Rows::ends, i, "the attempt was never claimed");
  }
}

void write_ends(Sql& sql, const std::vector<EndRow>& ends) {
  if (ends.empty()) return;
  insert_ends(sql, ends);
  Refs over, again;
  Numbers state, not_before, failure, interruption;
  for (const EndRow& row : ends) {
    if (is_terminal(row.item)) {
      over.add(row.end.attempt);
      continue;
    }
    again.add(row.end.attempt);
    state.push_back(static_cast<long long>(row.item));
    not_before.push_back(row.not_before.us);
    failure.push_back(budget_of(row.end.reason) == Budget::retry);
    interruption.push_back(budget_of(row.end.reason) == Budget::interruption);
  }
  sql.run_many(
      "UPDATE open_attempts SET state = :s, not_before = :n, failures = failures + :f, interruptions = "
      "interruptions + :i WHERE execution = :a AND task = :b AND item = :c AND attempt = :d AND state IN (3, "
      "4)",
      {std::move(state), std::move(not_before), std::move(failure), std::move(interruption),
       std::move(again.execution), std::move(again.task), std::move(again.item), std::move(again.attempt)});
  sql.run_many(
      "DELETE FROM open_attempts WHERE execution = :a AND task = :b AND item = :c AND attempt = :d AND state "
      "IN (3, 4)",
      {std::move(over.execution), std::move(over.task), std::move(over.item), std::move(over.attempt)});
}

constexpr const char* kClaimFirst =
    "INSERT INTO open_attempts SELECT :a, :b, :c, 1, 3, :worker, :session, :at, 0, 0, 0, 0 WHERE "
    "EXISTS (SELECT 1 FROM executions WHERE id = :x AND shard = :shard AND status IN (1, 2, 5)) AND NOT "
    "EXISTS (SELECT 1 FROM "
    "attempts WHERE execution = :a2 AND task = :b2 AND item = :c2) ON CONFLICT DO NOTHING";
constexpr const char* kClaimNext =
    "UPDATE open_attempts SET attempt = :d, state = 3, worker = :worker, session = :session, claimed_at = "
    ":at, started_at = 0, "
    "not_before = 0 WHERE execution = :a AND task = :b AND item = :c AND attempt = :d2 - 1 AND state IN (1, "
    "2) AND "
    "EXISTS (SELECT 1 FROM executions WHERE id = :x AND shard = :shard AND status IN (1, 2, 5))";

void check_claims(Sql& sql, const std::vector<ClaimRow>& claims) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const AttemptRef& a = claims[i].attempt;
    const bool there = sql.row<std::int64_t>(
                              "SELECT 1 FROM open_attempts WHERE execution = :a AND task = :b AND item = :c "
                              "AND attempt = :d AND session = :s "
                              "UNION ALL SELECT 1 FROM attempts WHERE execution = :e AND task = :f AND item "
                              "= :g AND attempt = :h AND session = :t",
                              a.item.execution.value, a.item.task.value, a.item.item.value, a.attempt.value,
                              claims[i].session.value, a.item.execution.value, a.item.task.value,
                              a.item.item.value, a.attempt.value, claims[i].session.value)
                           .has_value();
    if (!there) refuse_row(Culprit::Rows::claims, i, "claimed, ended or not to be claimed now");
  }
}

void write_claims(Sql& sql, const std::vector<ClaimRow>& claims, ShardId shard) {
  if (claims.empty()) return;
  Refs first;
  first.reserve(claims.size());
  Numbers session, at;
  Texts worker;
  std::int64_t done = 0;
  for (const ClaimRow& row : claims) {
    const AttemptRef& a = row.attempt;
    if (a.attempt.value != 1) {
      done += sql.run(kClaimNext, a.attempt.value, row.worker, row.session.value, row.at.us,
                      a.item.execution.value, a.item.task.value, a.item.item.value, a.attempt.value,
                      a.item.execution.value, shard.value);
      continue;
    }
    first.add(a);
    worker.push_back(row.worker);
    session.push_back(static_cast<long long>(row.session.value));
    at.push_back(row.at.us);
  }
  const std::size_t n = at.size();
  Refs again = first;
  Numbers x = first.execution;
  done += sql.run_many(kClaimFirst, {std::move(first.execution), std::move(first.task), std::move(first.item),
                                     std::move(worker), std::move(session), std::move(at), std::move(x),
                                     Numbers(n, shard.value), std::move(again.execution),
                                     std::move(again.task), std::move(again.item)});
  if (done < static_cast<std::int64_t>(claims.size())) check_claims(sql, claims);
}

void write_progress(Sql& sql, const BatchRows& rows) {
  for (const TaskRow* t : rows.tasks)
    sql.run(
        "UPDATE tasks SET state = :a, low = :b, high = :c, succeeded = :d, failed = :e, canceled = :f, "
        "interrupted = :g, "
        "skipped = :h, outputs = :i WHERE execution = :j AND task = :k",
        static_cast<std::int64_t>(t->state), t->low, t->high, t->succeeded, t->failed, t->canceled,
        t->interrupted, t->skipped, pack(t->outputs), t->execution.value, t->task.value);
  for (const ExecutionRow& x : rows.executions)
    sql.run(
        "UPDATE executions SET status = :a, started_at = CASE WHEN :b = 0 THEN started_at ELSE :c END, "
        "ended_at = CASE "
        "WHEN :d = 0 THEN ended_at ELSE :e END, detail = :f WHERE id = :g AND shard = :h AND status IN (1, "
        "2, 5, 8)",
        static_cast<std::int64_t>(x.status), x.started_at.us, x.started_at.us, x.ended_at.us, x.ended_at.us,
        x.detail, x.execution.value, rows.batch.fence.shard.value);
  std::size_t place = 0;
  for (const OperationRow& o : rows.batch.operations)
    sql.run(
        "INSERT INTO operations(at, who, verb, object, detail, source) VALUES (:a, :b, :c, :d, :e, :f) ON "
        "CONFLICT DO "
        "NOTHING",
        o.at.us, o.who, o.verb, o.object, o.detail, rows.source + "/" + std::to_string(++place));
}

}  // namespace

std::vector<AdmissionOutcome> write_sqlite(Sql& sql, const BatchRows& rows) {
  const Batch& batch = rows.batch;
  std::vector<AdmissionOutcome> outcomes;
  if (batch.only_confirms()) return confirm(sql, batch.fence), outcomes;
  check_fence(sql, batch.fence);
  store_plans(sql, rows);
  for (std::size_t i = 0; i < batch.admissions.size(); ++i) outcomes.push_back(admit(sql, rows, i));
  write_starts(sql, batch.starts);
  for (std::size_t i = 0; i < batch.outputs.size(); ++i) write_output(sql, batch.outputs[i].chunk, i);
  write_ends(sql, batch.ends);
  write_claims(sql, batch.claims, batch.fence.shard);
  write_progress(sql, rows);
  return outcomes;
}

}  // namespace argosy::catalog
