// What happens when the database fails, on the dialect that can fail that way: unknown commits, disk full,
// read-only, another schema, busy, connection gone, two adopters at once. Faults are real ones, not mocks.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "catalog/sql.h"
#include "catalog/verify.h"
#include "tests/catalog/cut_proxy.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

class Faults : public Fixture {};
ARGOSY_BOTH(Faults);

TEST_P(Faults, ASchemaThatIsNewerOlderOrMissingIsRefusedInWords) {
  behind("INSERT INTO migrations VALUES (9, '0009_later', 9, 0)");
  Trouble trouble = Trouble::none;
  auto newer = Catalog::open(url(), {}, &trouble);
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(trouble, Trouble::schema);
  EXPECT_NE(newer.error().message.find("upgrade this program"), std::string::npos) << newer.error().message;
  // A newer schema that says older programs may work on it.
  const auto raw = [&](const std::string& text) {
    ASSERT_TRUE(db().sql().write([&] { return db().sql().script(text), Done{}; }).ok());
  };
  raw("UPDATE migrations SET least = 2 WHERE number = 9");
  EXPECT_TRUE(Catalog::open(url()).ok());
  raw("DELETE FROM migrations WHERE number > 1");
  auto older = Catalog::open(url(), {}, &trouble);
  ASSERT_FALSE(older.ok());
  EXPECT_EQ(trouble, Trouble::schema);
  EXPECT_NE(older.error().message.find("argosy catalog migrate"), std::string::npos);
  EXPECT_FALSE(Catalog::open("mysql://x").ok());
}

TEST_P(Faults, AnythingThatTheDatabaseRefusesIsHalvedToItsCulprit) {
  const auto id = admit("k", {50});
  Batch b = batch();
  for (std::uint64_t i = 0; i < 40; ++i) b.claims.push_back(claim(attempt(id, i)));
  // A rule of the database's own, of which the program knows nothing.
  if (postgresql())
    behind("ALTER TABLE operations ADD CHECK (verb <> 'forbidden')");
  else
    behind(
        "CREATE TRIGGER forbidden BEFORE INSERT ON operations WHEN NEW.verb = 'forbidden' BEGIN SELECT "
        "RAISE(ABORT, 'forbidden'); END");
  for (int i = 0; i < 20; ++i) b.operations.push_back({{1}, "a", i == 13 ? "forbidden" : "fine", "", ""});
  const auto outcome = write(db(), b);
  EXPECT_EQ(outcome.verdict, BatchVerdict::refused);
  ASSERT_TRUE(outcome.culprit.has_value()) << outcome.detail;
  EXPECT_EQ(outcome.culprit->rows, Culprit::Rows::operations);
  EXPECT_EQ(outcome.culprit->index, 13u);
  EXPECT_TRUE(read_shard(db(), fence_)->executions[0].open.empty());
  b.operations.erase(b.operations.begin() + 13);
  commit(b);
}

// Output that is refused is told from what continues it; as long as something stands in its place, nothing else is lost.
TEST_P(Faults, OutputThatTheDatabaseRefusesStandsAlone) {
  const AttemptRef ref = attempt(admit("k", {50}), 0);
  Batch b = batch();
  b.claims = {claim(ref)};
  commit(b);
  if (postgresql())
    behind("ALTER TABLE argosy_output.chunks ADD CHECK (data <> 'refused'::bytea)");
  else
    behind(
        "CREATE TRIGGER forbidden BEFORE INSERT ON chunks WHEN NEW.data = CAST('refused' AS BLOB) BEGIN SELECT "
        "RAISE(ABORT, 'forbidden'); END");
  b = batch();
  b.outputs = {output(ref, 0, "fine"), output(ref, 4, "refused"), output(ref, 11, "behind it")};
  const auto outcome = write(db(), b);
  EXPECT_EQ(outcome.verdict, BatchVerdict::refused);
  ASSERT_TRUE(outcome.culprit.has_value()) << outcome.detail;
  EXPECT_EQ(outcome.culprit->rows, Culprit::Rows::outputs);
  EXPECT_EQ(outcome.culprit->index, 1u);
  b.outputs[1] = output(ref, 4, "[output");
  commit(b);
}

// Whose row it was cannot be found out then, and so nobody's request is refused: all of it is written again.
TEST_P(Faults, ACatalogThatGoesAwayWhileACulpritIsSoughtIsAway) {
  if (!postgresql()) GTEST_SKIP() << "a file does not go away";
  behind("CREATE SEQUENCE tries");
  behind("CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') > 1 THEN "
         "PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RAISE EXCEPTION 'forbidden'; END $$");
  behind("CREATE TRIGGER forbidden BEFORE INSERT ON operations FOR EACH ROW EXECUTE FUNCTION trip()");
  Batch b = batch();
  b.operations.push_back({{1}, "a", "fine", "", ""});
  const auto outcome = write(db(), b);
  EXPECT_EQ(outcome.verdict, BatchVerdict::unavailable) << outcome.detail;
  EXPECT_FALSE(outcome.culprit);
}

TEST_P(Faults, TwoAdoptersAtOnceGetTermsOfTheirOwn) {
  std::vector<std::thread> threads;
  std::vector<std::vector<std::uint64_t>> terms(4);
  for (std::size_t t = 0; t < terms.size(); ++t)
    threads.emplace_back([&, t] {
      const auto mine = open();
      for (int i = 0; i < 10; ++i)
        for (const std::uint32_t shard : {0u, 1u}) {
          const auto taken = take_shard(*mine, {shard}, "m" + std::to_string(t), {1});
          ASSERT_TRUE(taken.ok()) << taken.error().message;
          if (shard == 0) terms[t].push_back(taken->term.value);
        }
    });
  for (auto& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& each : terms) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  EXPECT_EQ(all.size(), 40u);
}

// A master that is fenced while it writes: what it committed is seen by the adopter, and nothing comes after.
TEST_P(Faults, AnAdopterSeesAllThatTheFencedMasterCommitted) {
  const auto id = admit("k", {100'000});
  std::uint64_t committed = 0;
  std::thread old_master([&] {
    const auto mine = open();
    Batch b = batch();
    for (std::uint64_t item = 0; item < 100'000; ++item) {
      b.id = 1000 + item;
      b.claims = {claim(attempt(id, item))};
      if (write(*mine, b).verdict != BatchVerdict::committed) return;
      ++committed;
    }
  });
  const auto rival = open();
  ShardTerm taken;
  std::size_t seen = 0;
  do {  // adopt once the old master is at work
    seen = read_shard(*rival, fence_)->executions[0].open.size();
  } while (seen < 5);
  // SQLite is not fair to who waits: on a busy machine the writer may keep it for longer than busy_timeout.
  Result<ShardTerm> tried = Error{};
  do tried = take_shard(*rival, {0}, "m2", {1});
  while (!tried && rival->trouble() == Trouble::unavailable);
  ASSERT_TRUE(tried.ok()) << tried.error().message;
  taken = *tried;
  const std::size_t at_adoption = read_shard(*rival, taken)->executions[0].open.size();
  old_master.join();
  EXPECT_EQ(at_adoption, committed);
  EXPECT_EQ(read_shard(*rival, taken)->executions[0].open.size(), committed);
}

class SqliteFaults : public Fixture {};
INSTANTIATE_TEST_SUITE_P(Only, SqliteFaults, testing::Values(Dialect::sqlite),
                         [](const auto&) { return "sqlite"; });

TEST_P(SqliteFaults, AFullDiskIsUnavailableAndPasses) {
  const auto id = admit("k");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  commit(b);
  b = batch();
  b.outputs = {output(attempt(id, 0), 0, std::string(1 << 20, 'x'))};
  const auto pages = db().sql().read(
      [&] { return std::get<0>(*db().sql().row<std::int64_t>("SELECT page_count FROM pragma_page_count")); });
  // The limit holds for this connection; closing it after the failure lifts it.
  ASSERT_TRUE(db().sql()
                  .read([&] {
                    return db().sql().script("PRAGMA max_page_count = " + std::to_string(*pages + 2)), Done{};
                  })
                  .ok());
  const auto full = write(db(), b);
  EXPECT_EQ(full.verdict, BatchVerdict::unavailable) << full.detail;
  EXPECT_NE(full.detail.find("full"), std::string::npos) << full.detail;
  commit(b);
}

TEST_P(SqliteFaults, AReadOnlyDatabaseIsUnavailable) {
  Options options;
  options.read_only = true;
  const auto reader = open(options);
  Batch b = batch();
  EXPECT_EQ(write(*reader, b).verdict, BatchVerdict::unavailable);
  EXPECT_TRUE(read_shard(*reader, fence_).ok());
  commit(b);
}

TEST_P(SqliteFaults, ALockedDatabaseIsUnavailableUntilItIsFree) {
  Options impatient;
  impatient.busy_timeout = milliseconds(1);
  const auto other = open(impatient);
  Batch b = batch();
  const auto held = db().sql().write([&] { return write(*other, b).verdict; });
  EXPECT_EQ(*held, BatchVerdict::unavailable);
  EXPECT_EQ(write(*other, b).verdict, BatchVerdict::committed);
}

TEST_P(SqliteFaults, AFileThatIsGoneIsNotMadeAnew) {
  Trouble trouble = Trouble::none;
  const auto missing = Catalog::open("sqlite:" + (folder_ / "none.db").string(), {}, &trouble);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(trouble, Trouble::schema);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none.db"));
  trouble = Trouble::none;
  std::ofstream(folder_ / "rubbish.db") << std::string(5000, 'x');
  EXPECT_FALSE(Catalog::open("sqlite:" + (folder_ / "rubbish.db").string(), {}, &trouble).ok());
  EXPECT_EQ(trouble, Trouble::schema);
}

TEST_P(SqliteFaults, AnInMemoryCatalogSurvivesRefusals) {
  auto memory = Catalog::open("sqlite::memory:");
  ASSERT_TRUE(memory.ok()) << memory.error().message;
  const auto reign = *take_shard(**memory, {0}, "m", {1});
  Batch b;
  b.id = 1;
  b.fence = reign;
  b.admissions = {admission("k")};
  EXPECT_EQ(write(**memory, b).verdict, BatchVerdict::committed);
  b.claims = {claim(attempt({9}, 0))};
  EXPECT_EQ(write(**memory, b).verdict, BatchVerdict::refused);
  EXPECT_EQ(read_shard(**memory, reign)->executions.size(), 1u);
}

class PostgresFaults : public Fixture {
 protected:
  // A catalog that speaks through a proxy, which can cut it off.
  void open_through_proxy() {
    const std::size_t at = server().find("127.0.0.1:") + 10;
    const auto port = static_cast<std::uint16_t>(std::stoi(server().substr(at)));
    proxy_ = std::make_unique<CutProxy>(port);
    std::string through = url();
    through.replace(at, std::to_string(port).size(), std::to_string(proxy_->port()));
    catalog_ = nullptr;
    auto opened = Catalog::open(through);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    catalog_ = std::move(*opened);
  }
  std::unique_ptr<CutProxy> proxy_;
};
INSTANTIATE_TEST_SUITE_P(Only, PostgresFaults, testing::Values(Dialect::postgresql),
                         [](const auto&) { return "postgresql"; });

TEST_P(PostgresFaults, AnAnswerThatIsCutOffIsUnknownAndRepeating) {
  const auto id = admit("k");
  open_through_proxy();
  commit(batch());
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  b.operations = {{{1}, "a", "v", "o", ""}};
  proxy_->cut_before_answer();
  EXPECT_EQ(write(db(), b).verdict, BatchVerdict::unknown);
  commit(b);  // it was written: the repeat changes nothing
  EXPECT_EQ(read_shard(db(), fence_)->executions[0].open.size(), 1u);
  const auto count =
      db().sql().read([&] { return db().sql().rows<std::int64_t>("SELECT count(*) FROM operations"); });
  EXPECT_EQ(std::get<0>(count->front()), 1);
}

TEST_P(PostgresFaults, ABackendThatIsTerminatedIsReopened) {
  const auto id = admit("k");
  behind(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
      "current_database()");
  Batch b = batch();
  b.claims = {claim(attempt(id, 0))};
  EXPECT_NE(write(db(), b).verdict, BatchVerdict::committed);
  commit(b);
  EXPECT_EQ(read_shard(db(), fence_)->executions[0].open.size(), 1u);
}

TEST_P(PostgresFaults, ARefusedConnectionIsUnavailable) {
  open_through_proxy();
  proxy_->close();
  Batch b = batch();
  EXPECT_NE(write(db(), b).verdict, BatchVerdict::committed);
  EXPECT_EQ(write(db(), b).verdict, BatchVerdict::unavailable);
  EXPECT_EQ(db().trouble(), Trouble::unavailable);
}

// A synchronous standby that never comes; the wait is cancelled: COMMIT then says OK, with a warning.
TEST_P(PostgresFaults, AWaitForTheStandbyThatIsCancelledIsUnknown) {
  const auto id = admit("k", {1'000'000});
  const auto other = open();
  const auto pid = db().sql().read(
      [&] { return std::get<0>(*db().sql().row<std::int64_t>("SELECT CAST(pg_backend_pid() AS bigint)")); });
  const auto on_other = [&](const std::string& text) {
    other->sql().ensure_open();
    other->sql().script(text);
  };
  on_other("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  on_other("SELECT pg_reload_conf()");
  std::atomic<bool> over = false;
  std::thread canceller([&] {
    while (!over)
      other->sql().each(
          "SELECT CAST(pg_cancel_backend(pid) AS int) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND "
          "pid = " +
              std::to_string(*pid),
          {}, {Kind::number}, [](std::vector<Value>&) {});
  });
  // The server takes up its new settings when it likes: commits before that do not wait.
  Batch b;
  BatchOutcome outcome;
  std::size_t item = 0;
  do {
    b = batch();
    b.claims = {claim(attempt(id, item++))};
    outcome = write(db(), b);
  } while (outcome.verdict == BatchVerdict::committed);
  over = true;
  canceller.join();
  EXPECT_EQ(outcome.verdict, BatchVerdict::unknown) << outcome.detail;
  on_other("ALTER SYSTEM RESET synchronous_standby_names");
  on_other("SELECT pg_reload_conf()");
  commit(b);
  EXPECT_EQ(read_shard(db(), fence_)->executions[0].open.size(), item);
}

}  // namespace
}  // namespace argosy::catalog
