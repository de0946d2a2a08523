// The write path on both dialects: what a batch does, what it refuses, and that repeating it changes nothing.
#include "catalog/sql.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

class Work : public Fixture {};
ARGOSY_BOTH(Work);

TEST_P(Work, AdmissionMakesAnExecutionOnceForItsKey) {
  Batch b = batch();
  b.admissions = {admission("k1", {1, 5}), admission("k2"), admission("k1", {1, 5})};
  const auto first = commit(b).admissions;
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].outcome, Admitted::fresh);
  EXPECT_EQ(first[0].execution.value, 1u);
  EXPECT_EQ(first[1].execution.value, 2u);
  EXPECT_EQ(first[2].outcome, Admitted::repeated);
  EXPECT_EQ(first[2].execution.value, 1u);

  // Written again because its outcome was unknown: the same executions, which are still to be begun, each once.
  const auto told_again = commit(b).admissions;
  EXPECT_EQ(told_again[0].outcome, Admitted::fresh);
  EXPECT_EQ(told_again[0].execution.value, 1u);
  EXPECT_EQ(told_again[1].outcome, Admitted::fresh);
  EXPECT_EQ(told_again[2].outcome, Admitted::repeated);

  Batch c = batch();
  c.admissions = {admission("k2"), admission("k1")};
  for (Admission& later : c.admissions) later.at = {6000};
  c.admissions[1].request_digest = "another";
  const auto again = commit(c).admissions;
  EXPECT_EQ(again[0].outcome, Admitted::repeated);
  EXPECT_EQ(again[1].outcome, Admitted::conflict);
  EXPECT_EQ(again[1].execution.value, 1u);
}

TEST_P(Work, AnAdopterReadsWhatWasAdmitted) {
  Batch b = batch();
  Admission a = admission("k", {1, 5});
  a.workers = {"w1", "w2"};
  a.worker_tags = {"gpu"};
  a.priority = -3;
  a.batch = "nightly";
  a.retry_of = ExecutionId{99};
  a.project = "finance/nightly";
  b.admissions = {a};
  const auto id = commit(b).admissions[0].execution;
  const auto snapshot = read_shard(db(), fence_);
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().message;
  ASSERT_EQ(snapshot->executions.size(), 1u);
  const ActiveExecution& e = snapshot->executions[0];
  EXPECT_EQ(e.execution, id);
  EXPECT_EQ(e.status, ExecutionStatus::created);
  EXPECT_EQ(e.admission.package, a.package);
  EXPECT_EQ(e.admission.parameters, a.parameters);
  EXPECT_EQ(e.admission.sealed_parameters, a.sealed_parameters);
  EXPECT_EQ(e.admission.workers, a.workers);
  EXPECT_EQ(e.admission.worker_tags, a.worker_tags);
  EXPECT_EQ(e.admission.priority, -3);
  EXPECT_EQ(e.admission.batch, "nightly");
  EXPECT_EQ(e.admission.retry_of, ExecutionId{99});
  EXPECT_EQ(e.admission.request_digest, a.request_digest);
  EXPECT_EQ(e.admission.items, a.items);
  ASSERT_EQ(e.tasks.size(), 2u);
  EXPECT_EQ(e.tasks[0].state, ItemState::ready);
  EXPECT_EQ(e.tasks[1].state, ItemState::waiting);
  EXPECT_TRUE(e.open.empty());
}

TEST_P(Work, ALifeOfAnItemIsRepeatableAtEachStep) {
  const auto id = admit("k", {3});
  const auto ref = attempt(id, 0);
  Batch claims = batch();
  claims.claims = {claim(ref), claim(attempt(id, 2))};
  commit(claims);
  commit(claims);
  Batch starts = batch();
  starts.starts = {{ref, {6500}}};
  starts.outputs = {output(ref, 0, "hello "), output(ref, 6, std::string("w\0rld\xff", 6))};
  commit(starts);
  commit(starts);
  auto open = read_shard(db(), fence_)->executions[0];
  ASSERT_EQ(open.open.size(), 2u);
  EXPECT_EQ(open.open[0].state, ItemState::running);
  EXPECT_EQ(open.open[0].log_bytes, 12u);
  EXPECT_EQ(open.open[0].session.value, 7u);
  EXPECT_EQ(open.open[1].state, ItemState::claimed);
  Batch ends = batch();
  ends.ends = {end_of(ref)};
  ends.ends[0].end.log_bytes = 12;
  ends.tasks = {{id, {0}, ItemState::ready, 1, 3, 1, 0, 0, 0, 0, {{"rows", "17"}}}};
  commit(ends);
  commit(ends);
  commit(claims);  // very late: what ended does not open again
  open = read_shard(db(), fence_)->executions[0];
  ASSERT_EQ(open.open.size(), 1u);
  EXPECT_EQ(open.tasks[0].succeeded, 1u);
  EXPECT_EQ(open.tasks[0].outputs.at("rows"), "17");
  ASSERT_EQ(open.unclaimed.size(), 1u);
  EXPECT_EQ(open.unclaimed[0], std::vector<std::uint64_t>{1});
}

TEST_P(Work, AFailedAttemptIsFollowedByTheNext) {
  const auto id = admit("k");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  commit(b);
  Batch again = batch();
  again.ends = {end_of(attempt(id, 0), ItemState::waiting, EndReason::exit_status)};
  again.ends[0].not_before = {9000};
  commit(again);
  commit(again);
  auto open = read_shard(db(), fence_)->executions[0].open;
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].state, ItemState::waiting);
  EXPECT_EQ(open[0].not_before.us, 9000);
  EXPECT_EQ(open[0].failures, 1u);
  Batch second = batch();
  second.claims = {claim(attempt(id, 0, 2), 8, "w2")};
  commit(second);
  commit(second);
  commit(again);  // the first attempt's end again: changes nothing
  open = read_shard(db(), fence_)->executions[0].open;
  EXPECT_EQ(open[0].attempt.attempt.value, 2u);
  EXPECT_EQ(open[0].state, ItemState::claimed);
  EXPECT_EQ(open[0].worker, "w2");
  EXPECT_EQ(open[0].failures, 1u);
  Batch lost = batch();
  lost.ends = {end_of(attempt(id, 0, 2), ItemState::ready, EndReason::lost)};
  lost.claims = {claim(attempt(id, 0, 3), 9, "w3")};  // in one batch: ends take effect before claims
  commit(lost);
  commit(lost);
  open = read_shard(db(), fence_)->executions[0].open;
  EXPECT_EQ(open[0].attempt.attempt.value, 3u);
  EXPECT_EQ(open[0].interruptions, 1u);
}

TEST_P(Work, AnEndIsNeverOverwritten) {
  const auto id = admit("k");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  commit(b);
  Batch first = batch();
  first.ends = {end_of(attempt(id, 0))};
  commit(first);
  Batch late = batch();
  late.ends = {end_of(attempt(id, 0), ItemState::failed, EndReason::exit_status)};
  commit(late);
  late.ends = {end_of(attempt(id, 0), ItemState::canceled, EndReason::canceled)};
  commit(late);
  const auto row = db().sql().read(
      [&] { return db().sql().rows<std::int64_t, std::int64_t>("SELECT state, reason FROM attempts"); });
  ASSERT_EQ(row->size(), 1u);
  EXPECT_EQ(std::get<0>(row->front()), 5);
  EXPECT_EQ(std::get<1>(row->front()), 1);
}

TEST_P(Work, CancelBetweenAttemptsEndsTheItem) {
  const auto id = admit("k");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  commit(b);
  b = batch();
  b.ends = {end_of(attempt(id, 0), ItemState::waiting, EndReason::exit_status)};
  commit(b);
  b = batch();
  b.ends = {end_of(attempt(id, 0), ItemState::canceled, EndReason::canceled)};
  commit(b);
  commit(b);
  EXPECT_TRUE(read_shard(db(), fence_)->executions[0].open.empty());
  const auto row = db().sql().read(
      [&] { return db().sql().rows<std::int64_t, std::int64_t>("SELECT state, reason FROM attempts"); });
  EXPECT_EQ(std::get<0>(row->front()), 7);
  EXPECT_EQ(std::get<1>(row->front()), 2);  // the attempt's own end stands
}

void expect_refused(const BatchOutcome& outcome, Culprit::Rows rows, std::size_t index) {
  EXPECT_EQ(outcome.verdict, BatchVerdict::refused);
  ASSERT_TRUE(outcome.culprit.has_value()) << outcome.detail;
  EXPECT_EQ(outcome.culprit->rows, rows) << outcome.detail;
  EXPECT_EQ(outcome.culprit->index, index) << outcome.detail;
}

TEST_P(Work, ClaimsThatMustNotBeAreRefused) {
  const auto id = admit("k", {4});
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  commit(b);
  b = batch();
  b.claims = {claim(attempt(id, 1)), claim(attempt(id, 0), 8)};
  expect_refused(write(db(), b), Culprit::Rows::claims, 1);  // another session has it
  b.claims = {claim(attempt(id, 2)), claim(attempt(id, 0, 2))};
  expect_refused(write(db(), b), Culprit::Rows::claims, 1);  // its attempt 1 has not ended
  b.claims = {claim(attempt({id.value + 1}, 0))};
  expect_refused(write(db(), b), Culprit::Rows::claims, 0);            // no such execution
  EXPECT_EQ(read_shard(db(), fence_)->executions[0].open.size(), 1u);  // all or nothing
  Batch stop = batch();
  stop.executions = {{id, ExecutionStatus::stopping, {}, {}, ""}};
  commit(stop);
  b.claims = {claim(attempt(id, 3))};
  expect_refused(write(db(), b), Culprit::Rows::claims, 0);  // stopping
  commit(stop);
  Batch other = batch();
  other.fence = *take_shard(db(), {5}, "m2", {1});
  other.claims = {claim(attempt(id, 3))};
  expect_refused(write(db(), other), Culprit::Rows::claims, 0);  // not of that shard
}

TEST_P(Work, OutputIsOneGaplessStream) {
  const auto id = admit("k");
  const auto ref = attempt(id, 0);
  Batch b = batch();
  b.claims = {claim(ref)};
  commit(b);
  b = batch();
  b.outputs = {output(ref, 0, "abc"), output(ref, 4, "e")};
  expect_refused(write(db(), b), Culprit::Rows::outputs, 1);  // a gap
  b.outputs = {output(ref, 0, "abc")};
  commit(b);
  b.outputs = {output(ref, 2, "cd")};
  expect_refused(write(db(), b), Culprit::Rows::outputs, 0);  // overlaps
  b.outputs = {output(ref, 0, "abc"), output(ref, 3, "def"), output(ref, 6, "g")};
  commit(b);
  commit(b);
  EXPECT_EQ(read_shard(db(), fence_)->executions[0].open[0].log_bytes, 7u);
  b = batch();
  b.outputs = {output(attempt(id, 0, 2), 0, "x")};
  expect_refused(write(db(), b), Culprit::Rows::outputs, 0);  // no such attempt
  b = batch();
  b.ends = {end_of(attempt(id, 0, 2))};
  expect_refused(write(db(), b), Culprit::Rows::ends, 0);
}

TEST_P(Work, UncleanTextIsRefusedByName) {
  const auto id = admit("k");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  b.operations = {{{1}, "alice", "submit", "execution 1", ""}, {{1}, "bob", "x", std::string("a\0b", 3), ""}};
  expect_refused(write(db(), b), Culprit::Rows::operations, 1);
  b.operations.clear();
  b.claims[0].worker = "\xff";
  expect_refused(write(db(), b), Culprit::Rows::claims, 0);
  b.claims[0].worker = "w1";
  commit(b);
}

TEST_P(Work, AFencedMasterWritesNothing) {
  const auto id = admit("k");
  const ShardTerm old = fence_;
  const auto rival = open();
  const auto taken = take_shard(*rival, {0}, "m2", {2000});
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->term.value, old.term.value + 1);
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  EXPECT_EQ(write(db(), b).verdict, BatchVerdict::fenced);
  EXPECT_EQ(db().trouble(), Trouble::fenced);
  EXPECT_EQ(write(db(), batch()).verdict, BatchVerdict::fenced);
  EXPECT_FALSE(read_shard(db(), old).ok());
  EXPECT_EQ(db().trouble(), Trouble::fenced);
  EXPECT_TRUE(read_shard(db(), *taken)->executions[0].open.empty());
  fence_ = *taken;
  b.fence = *taken;
  commit(b);
  commit(batch());  // an empty batch confirms
}

TEST_P(Work, OperationsAreNotDoubled) {
  Batch b = batch();
  b.operations = {{{1}, "alice", "submit", "execution 1", ""}, {{1}, "alice", "submit", "execution 1", ""}};
  commit(b);
  commit(b);
  const auto count =
      db().sql().read([&] { return db().sql().rows<std::int64_t>("SELECT count(*) FROM operations"); });
  EXPECT_EQ(std::get<0>(count->front()), 2);
}

TEST_P(Work, AnExecutionsEndStands) {
  const auto id = admit("k");
  Batch b = batch();
  b.executions = {{id, ExecutionStatus::running, {6000}, {}, ""},
                  {id, ExecutionStatus::succeeded, {}, {8000}, "done"}};
  commit(b);
  Batch late = batch();
  late.executions = {{id, ExecutionStatus::failed, {}, {9000}, "late"}};
  commit(late);
  const auto row = db().sql().read([&] {
    return db().sql().rows<std::int64_t, std::int64_t, std::int64_t, std::string>(
        "SELECT status, started_at, ended_at, detail FROM executions");
  });
  EXPECT_EQ(row->front(),
            (std::tuple<std::int64_t, std::int64_t, std::int64_t, std::string>(7, 6000, 8000, "done")));
  EXPECT_TRUE(read_shard(db(), fence_)->executions.empty());
  EXPECT_EQ(read_execution(db(), id)->status, ExecutionStatus::succeeded);
}

TEST_P(Work, ARetryCarriesOverWhatSucceeded) {
  Batch b = batch();
  Admission a = admission("k", {6, 1});
  a.retry_of = ExecutionId{1};
  for (const std::uint64_t item : {0, 1, 4}) a.carried.push_back({{1}, {0}, {item}});
  b.admissions = {a};
  const auto id = commit(b).admissions[0].execution;
  const auto e = read_shard(db(), fence_)->executions[0];
  EXPECT_EQ(e.tasks[0].low, 2u);
  EXPECT_EQ(e.tasks[0].high, 5u);
  EXPECT_EQ(e.tasks[0].succeeded, 3u);
  EXPECT_EQ(e.unclaimed[0], (std::vector<std::uint64_t>{2, 3}));
  b = batch();
  b.claims = {claim(attempt(id, 4))};
  expect_refused(write(db(), b), Culprit::Rows::claims, 0);
}

TEST_P(Work, ARetryFindsTheOutputsOfWhatItCarriesOver) {
  const auto first = admit("first", {1, 1});
  Batch b = batch();
  b.tasks = {{first, {0}, ItemState::ready, 1, 1, 1, 0, 0, 0, 0, {{"rows", "42"}}},
             {first, {1}, ItemState::ready, 1, 1, 0, 1, 0, 0, 0, {{"not", "carried"}}}};
  b.executions = {{first, ExecutionStatus::failed, {1}, {2}, ""}};
  commit(b);
  ExecutionId before = first;
  for (const char* key : {"second", "third"}) {  // a retry of a retry, too
    b = batch();
    Admission a = admission(key, {1, 1});
    a.retry_of = before;
    a.carried = {{before, {0}, {0}}};
    b.admissions = {a};
    before = commit(b).admissions[0].execution;
    const auto retry = read_execution(db(), before);
    EXPECT_EQ(retry->tasks[0].outputs, (std::map<std::string, std::string>{{"rows", "42"}})) << key;
    EXPECT_TRUE(retry->tasks[1].outputs.empty()) << key;
  }
}

}  // namespace
}  // namespace argosy::catalog
