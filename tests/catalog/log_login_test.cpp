// Output with a login of its own, set up by the very lines of docs/guides/operating.md: the login that masters work with
// can write and read output, and cannot change or delete it.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "catalog/checkup.h"
#include "catalog/clean.h"
#include "catalog/logs.h"
#include "catalog/sql.h"
#include "catalog/verify.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) text.replace(at, what.size(), with);
  return text;
}

class LogLogin : public Fixture {
 protected:
  void SetUp() override {
    Fixture::SetUp();
    if (IsSkipped()) return;
    work_ = "work" + std::to_string(getpid());
    log_ = "log" + std::to_string(getpid());
    behind("CREATE ROLE " + work_ + " LOGIN");
    behind(grants());
    Options options;
    std::string mine = url();
    mine.replace(mine.find("argosy@"), 6, work_);
    auto opened = Catalog::open(mine, options);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    worker_ = std::move(*opened);
  }
  void TearDown() override {
    if (worker_) {
      worker_.reset();
      behind("DROP OWNED BY " + work_ + ", " + log_ + " CASCADE; DROP ROLE " + work_ + "; DROP ROLE " + log_);
    }
    Fixture::TearDown();
  }
  // The guide's block, with this test's names.
  std::string grants() const {
    std::stringstream text;
    text << std::ifstream(std::filesystem::path(ARGOSY_SOURCE) / "docs/guides/operating.md").rdbuf();
    const std::string page = text.str();
    const std::string begins = "\\c argosy\n";
    const std::size_t from = page.find(begins);
    EXPECT_NE(from, std::string::npos);
    std::string block = page.substr(from + begins.size(), page.find("```", from) - from - begins.size());
    block = replaced(block, "argosy_log", log_);
    return replaced(block, "TO argosy;", "TO " + work_ + ";");
  }
  bool may(const std::string& statement) {
    return worker_->sql().write([&] { return worker_->sql().script(statement), Done{}; }).ok();
  }

  std::string work_, log_;
  std::unique_ptr<Catalog> worker_;
};
INSTANTIATE_TEST_SUITE_P(Only, LogLogin, testing::Values(Dialect::postgresql), [](const auto&) { return "postgresql"; });

TEST_P(LogLogin, TheWorkLoginWritesAndReadsOutputAndCannotChangeIt) {
  Batch b = batch();
  b.admissions = {admission("k")};
  const auto id = write(*worker_, b).admissions.at(0).execution;
  b = batch();
  b.claims = {claim(attempt(id, 0))};
  ASSERT_EQ(write(*worker_, b).verdict, BatchVerdict::committed);
  b = batch();
  b.outputs = {output(attempt(id, 0), 0, "hello")};
  const auto written = write(*worker_, b);
  ASSERT_EQ(written.verdict, BatchVerdict::committed) << written.detail;
  EXPECT_EQ(read_shard(*worker_, fence_)->executions[0].open[0].log_bytes, 5u);

  for (const char* table : {"argosy.chunks", "argosy_output.chunks"}) {
    EXPECT_FALSE(may(std::string("UPDATE ") + table + " SET data = ''")) << table;
    EXPECT_FALSE(may(std::string("DELETE FROM ") + table)) << table;
  }
  EXPECT_FALSE(may("TRUNCATE argosy_output.chunks"));
  EXPECT_FALSE(may("INSERT INTO argosy_output.chunks VALUES (1, 2, 3, 4, 5, 6, 7, '', '')")) << "only through the view";
  EXPECT_TRUE(may("SELECT argosy_output.forget(" + std::to_string(id.value) + ")"));
  EXPECT_EQ(verify(*worker_)->log_bytes, 5u) << "what runs is not forgotten";

  const auto found = check_up(*worker_);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->log_login, log_);
  EXPECT_EQ(found->login, work_);
  EXPECT_FALSE(found->may_change_output);
  EXPECT_TRUE(check_up(db())->may_change_output) << "the tables' owner can";
}

TEST_P(LogLogin, CleaningUpStillWorks) {
  Batch b = batch();
  b.admissions = {admission("k")};
  const auto id = write(*worker_, b).admissions.at(0).execution;
  b = batch();
  b.claims = {claim(attempt(id, 0))};
  ASSERT_EQ(write(*worker_, b).verdict, BatchVerdict::committed);
  b = batch();
  b.outputs = {output(attempt(id, 0), 0, "hello")};
  b.ends = {end_of(attempt(id, 0))};
  b.ends[0].end.log_bytes = 5;
  b.tasks = {{id, {0}, ItemState::ready, 1, 1, 1, 0, 0, 0, 0, {}}};
  b.executions = {{id, ExecutionStatus::succeeded, {5000}, {8000}, ""}};
  ASSERT_EQ(write(*worker_, b).verdict, BatchVerdict::committed);
  Retention retention;
  retention.executions = {};
  const auto cleaned = clean(*worker_, retention, {1'000'000});
  ASSERT_TRUE(cleaned.ok()) << cleaned.error().message;
  EXPECT_EQ(cleaned->executions, 1u);
  EXPECT_EQ(verify(*worker_)->log_bytes, 0u);
}

}  // namespace
}  // namespace argosy::catalog
