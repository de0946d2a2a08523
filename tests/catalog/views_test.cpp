// What people read, verify and clean, on both dialects.
#include "catalog/views.h"
#include "base/sha256.h"
#include "catalog/clean.h"
#include "catalog/fleet.h"
#include "catalog/logs.h"
#include "catalog/projects.h"
#include "catalog/sql.h"
#include "catalog/verify.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

class Views : public Fixture {
 protected:
  // An execution of one array of `items` that succeeded wholly.
  ExecutionId ended(const std::string& key, std::uint64_t items, std::int64_t at = 8000) {
    const auto id = admit(key, {items});
    Batch claims = batch(), ends = batch();
    for (std::uint64_t i = 0; i < items; ++i) {
      claims.claims.push_back(claim(attempt(id, i)));
      ends.ends.push_back(end_of(attempt(id, i)));
    }
    commit(claims);
    ends.tasks = {{id, {0}, ItemState::ready, items, items, items, 0, 0, 0, 0, {}}};
    ends.executions = {{id, ExecutionStatus::succeeded, {6000}, {at}, ""}};
    commit(ends);
    return id;
  }
  void expect_finding(const std::string& rule) {
    const auto verdict = verify(db());
    ASSERT_TRUE(verdict.ok()) << verdict.error().message;
    bool found = false;
    for (const auto& finding : verdict->findings) {
      found = found || finding.rule == rule;
      EXPECT_FALSE(finding.means.empty() || finding.advice.empty()) << finding.text;
    }
    EXPECT_TRUE(found) << rule;
  }
};
ARGOSY_BOTH(Views);

TEST_P(Views, ExecutionsAreFilteredAndPaged) {
  for (int i = 1; i <= 5; ++i) admit("k" + std::to_string(i), {3});
  Batch b = batch();
  b.executions = {{{2}, ExecutionStatus::running, {6000}, {}, ""}};
  b.claims = {claim(attempt({2}, 0)), claim(attempt({2}, 1))};
  commit(b);
  b = batch();
  b.ends = {end_of(attempt({2}, 0))};
  b.tasks = {{{2}, {0}, ItemState::ready, 1, 2, 1, 0, 0, 0, 0, {}}};
  commit(b);
  const auto all = *list_executions(db(), {});
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].id.value, 5u);
  EXPECT_EQ(all[0].parameters.at("password"), "***");
  EXPECT_EQ(all[0].parameters.at("day"), "2026-11-22");
  EXPECT_EQ(all[0].counts.ready, 3u);
  const auto two = **show_execution(db(), {2});
  EXPECT_EQ(two.status, ExecutionStatus::running);
  TaskCounts counts;
  counts.total = 3, counts.ready = 2, counts.succeeded = 1;  // one is claimed, and has yet to run
  EXPECT_EQ(two.counts, counts);
  EXPECT_EQ(list_executions(db(), {.statuses = {ExecutionStatus::running}})->size(), 1u);
  EXPECT_EQ(list_executions(db(), {.ranges = {{{1}, {2}}, {{4}, {4}}}})->size(), 3u);
  EXPECT_EQ(list_executions(db(), {.package = "nope"})->size(), 0u);
  EXPECT_EQ(list_executions(db(), {.submitter = "alice", .before = {3}, .limit = 1})->front().id.value, 2u);
  EXPECT_FALSE(show_execution(db(), {77})->has_value());
  const auto totals = *count_all(db());
  EXPECT_EQ(totals.executions.at(ExecutionStatus::created), 4u);
  EXPECT_EQ(totals.active.total, 15u);
  EXPECT_EQ(totals.active.ready, 14u);
}

// No id is as large; taken for a negative number, its range would hold all that there are.
TEST_P(Views, ARangeAboveAllIdsIsEmpty) {
  admit("k");
  EXPECT_TRUE(list_executions(db(), {.ranges = {{{UINT64_MAX - 1}, {UINT64_MAX}}}})->empty());
}

// An expression of that many ranges is deeper than SQLite takes; next to one another or twice, they are one.
TEST_P(Views, ThousandsOfRangesAreOneQuestion) {
  for (int i = 1; i <= 7; ++i) admit("k" + std::to_string(i));
  ExecutionFilter filter;
  filter.ranges = {{{2}, {3}}, {{3}, {5}}, {{3}, {3}}, {{7}, {7}}};
  for (std::uint64_t i = 10; i < 6'000; i += 2) filter.ranges.push_back({{i}, {i}});
  const auto ids = [&] {
    const auto page = list_executions(db(), filter);
    EXPECT_TRUE(page.ok()) << page.error().message;
    std::vector<std::uint64_t> out;
    for (const auto& view : *page) out.push_back(view.id.value);
    return out;
  };
  EXPECT_EQ(ids(), (std::vector<std::uint64_t>{7, 5, 4, 3, 2}));
  filter.before = {5}, filter.limit = 2;
  EXPECT_EQ(ids(), (std::vector<std::uint64_t>{4, 3}));
  filter.ranges.assign(3'000, {{1}, {7}});
  EXPECT_EQ(ids(), (std::vector<std::uint64_t>{4, 3}));
}

TEST_P(Views, WhatWaitsAtAWorkerDoesNotRun) {
  const auto id = admit("k", {3});
  Batch claims = batch(), starts = batch();
  claims.claims = {claim(attempt(id, 0)), claim(attempt(id, 1))};
  commit(claims);
  starts.starts = {{attempt(id, 0), {6500}}};
  commit(starts);
  const auto open = *open_attempts_by_worker(db()), running = *running_attempts_by_worker(db());
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open.begin()->second, 2u);
  EXPECT_EQ(running, (std::map<std::string, std::uint64_t>{{open.begin()->first, 1}}));
}

// A server that was failed over does not have the latest ones: it cannot acknowledge a write.
TEST_P(Views, NotThereIsSaidByAProvedSession) {
  if (!postgresql()) GTEST_SKIP() << "one file has no other server";
  const ExecutionId id = admit("there");
  const auto proofs = [&] {
    return *db().sql().read([&] { return std::get<0>(*db().sql().row<std::int64_t>("SELECT CAST(writes AS BIGINT) FROM proofs")); });
  };
  const auto before = proofs();
  EXPECT_TRUE((*show_execution(db(), id)).has_value());
  EXPECT_EQ(proofs(), before);
  EXPECT_FALSE((*show_execution(db(), {id.value + 1})).has_value());
  EXPECT_EQ(proofs(), before + 1);
}

TEST_P(Views, ItemsAreListedWhetherClaimedOrNot) {
  const auto id = admit("k", {5, 2});
  Batch b = batch();
  b.claims = {claim(attempt(id, 0)), claim(attempt(id, 1)), claim(attempt(id, 3))};
  b.starts = {};
  commit(b);
  b = batch();
  b.ends = {end_of(attempt(id, 0)), end_of(attempt(id, 1), ItemState::waiting, EndReason::exit_status)};
  b.ends[1].not_before = {9000};
  b.tasks = {{id, {0}, ItemState::ready, 2, 4, 1, 0, 0, 0, 0, {}}};
  commit(b);
  const auto page = **list_items(db(), {.execution = id});
  ASSERT_EQ(page.items.size(), 7u);
  ASSERT_EQ(page.tasks.size(), 2u);
  EXPECT_EQ(page.tasks[1].after, std::vector<std::string>{"t0"});
  EXPECT_EQ(page.items[0].state, ItemState::succeeded);
  EXPECT_EQ(page.items[0].latest->exit_code, 0);
  EXPECT_EQ(page.items[0].id, "1");
  EXPECT_EQ(page.items[1].state, ItemState::waiting);
  EXPECT_EQ(page.items[1].latest->reason, EndReason::exit_status);
  EXPECT_EQ(page.items[1].not_before.us, 9000);
  EXPECT_EQ(page.items[2].state, ItemState::ready);
  EXPECT_FALSE(page.items[2].latest.has_value());
  EXPECT_EQ(page.items[3].state, ItemState::claimed);
  EXPECT_EQ(page.items[5].state, ItemState::waiting);
  EXPECT_EQ(page.items[4].value, "5");
  const auto first = **list_items(db(), {.execution = id, .limit = 3});
  EXPECT_TRUE(first.more);
  const auto rest = **list_items(db(), {.execution = id, .after = first.items.back().item, .limit = 10});
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(first.items.size() + rest.items.size(), 7u);
  EXPECT_EQ((*list_items(db(), {.execution = id, .states = {ItemState::waiting}}))->items.size(), 3u);
  EXPECT_EQ((*list_items(db(), {.execution = id, .states = {ItemState::succeeded, ItemState::claimed}}))
                ->items.size(),
            2u);
  EXPECT_EQ((*list_items(db(), {.execution = id, .task = TaskNo{0}, .item = ItemNo{2}}))->items.size(), 1u);
  EXPECT_EQ(list_attempts(db(), {id, {0}, {1}})->size(), 1u);
  EXPECT_EQ(list_attempts(db(), {id, {0}, {2}})->size(), 0u);
  EXPECT_FALSE(list_items(db(), {.execution = {99}})->has_value());
}

TEST_P(Views, ALogIsReadFromAnywhere) {
  const auto id = admit("k", {2});
  const auto ref = attempt(id, 0);
  Batch b = batch();
  b.claims = {claim(ref), claim(attempt(id, 1))};
  commit(b);
  b = batch();
  b.outputs = {output(ref, 0, "hello "), output(ref, 6, std::string("w\0r\xff\\", 5)),
               output(attempt(id, 1), 0, "x")};
  commit(b);
  EXPECT_EQ((*log_size(db(), ref))->bytes, 11u);
  EXPECT_FALSE((*log_size(db(), ref))->ended);
  EXPECT_FALSE(log_size(db(), attempt(id, 0, 2))->has_value());
  const auto all = *read_log(db(), ref, 0, 100);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].data, std::string("w\0r\xff\\", 5));
  EXPECT_EQ(all[1].pieces, b.outputs[1].chunk.pieces);
  EXPECT_EQ(read_log(db(), ref, 6, 1)->size(), 1u);
  EXPECT_EQ(read_log(db(), ref, 5, 2)->size(), 2u);
  EXPECT_EQ(read_log(db(), ref, 11, 5)->size(), 0u);
}

TEST_P(Views, VerifyIsCleanAndFindsDamage) {
  const auto id = ended("k", 4);
  const auto clean_verdict = *verify(db());
  EXPECT_TRUE(clean_verdict.findings.empty()) << clean_verdict.findings[0].text;
  EXPECT_EQ(clean_verdict.attempts, 4u);
  EXPECT_EQ(clean_verdict.tasks, 4u);
  const std::string where = " WHERE execution = " + std::to_string(id.value);
  behind("DELETE FROM attempts" + where + " AND item = 2");
  expect_finding("counters");
  behind("UPDATE tasks SET succeeded = 3" + where);
  expect_finding("one end");
  behind("UPDATE attempts SET log_bytes = 9" + where + " AND item = 0");
  expect_finding("log");
  behind("INSERT INTO open_attempts VALUES (" + std::to_string(id.value) +
         ", 0, 1, 1, 3, 'w', 1, 1, 1, 0, 0, 0)");
  expect_finding("open");
  behind("UPDATE attempts SET attempt = 3" + where + " AND item = 3");
  expect_finding("order");
  EXPECT_TRUE(verify(db(), {.execution = {id.value + 1}})->findings.empty());
}

TEST_P(Views, VerifyFindsOverlap) {
  const auto id = admit("k");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  commit(b);
  b = batch();
  b.ends = {end_of(attempt(id, 0), ItemState::ready, EndReason::exit_status)};
  b.claims = {claim(attempt(id, 0, 2))};
  commit(b);
  b = batch();
  b.ends = {end_of(attempt(id, 0, 2))};
  b.ends[0].end.started_at = {6900};  // the first ended at 7000
  b.tasks = {{id, {0}, ItemState::ready, 1, 1, 1, 0, 0, 0, 0, {}}};
  commit(b);
  expect_finding("overlap");
}

TEST_P(Views, CleanKeepsWhatIsActiveOrStillNeeded) {
  const std::int64_t day = 86'400'000'000;
  const auto old = ended("old", 2, 1 * day);
  const auto fresh = ended("fresh", 2, 50 * day);
  const auto active = admit("active");
  Deployment d{"p", {package_of_tasks(3)}, "", "", "alice", {1}};
  const auto first = deploy(db(), d)->version;
  d.packages.push_back(package_of_tasks(4));
  const auto second = deploy(db(), d)->version;
  const auto cleaned = clean(db(), {}, {100 * day});
  ASSERT_TRUE(cleaned.ok()) << cleaned.error().message;
  EXPECT_EQ(cleaned->executions, 2u);  // old and fresh are both past 30 days
  EXPECT_EQ(cleaned->versions, 1u);
  EXPECT_FALSE(show_execution(db(), old)->has_value());
  EXPECT_FALSE(show_execution(db(), fresh)->has_value());
  EXPECT_TRUE(show_execution(db(), active)->has_value());
  EXPECT_FALSE(read_project(db(), "p", first)->has_value());
  EXPECT_TRUE(read_project(db(), "p", second)->has_value());
  EXPECT_TRUE(read_plan(db(), active)->has_value());
  EXPECT_EQ(clean(db(), {}, {100 * day})->executions, 0u);
  EXPECT_TRUE(verify(db())->findings.empty());
}

TEST_P(Views, AKeyOutlivesItsExecution) {
  const std::int64_t day = 86'400'000'000;
  const auto id = ended("k", 1, 1 * day);
  Retention retention;
  retention.executions = seconds(0);
  EXPECT_EQ(clean(db(), retention, {5 * day})->executions, 1u);
  Batch b = batch();
  b.admissions = {admission("k", {1})};
  const auto again = commit(b).admissions[0];
  EXPECT_EQ(again.outcome, Admitted::repeated);
  EXPECT_EQ(again.execution, id);
  EXPECT_EQ(clean(db(), retention, {9 * day})->keys, 1u);
  b = batch();
  b.admissions = {admission("k", {1})};
  const auto anew = commit(b).admissions[0];
  EXPECT_EQ(anew.outcome, Admitted::fresh);
  EXPECT_GT(anew.execution, id);  // ids are never used again
}

}  // namespace
}  // namespace argosy::catalog
