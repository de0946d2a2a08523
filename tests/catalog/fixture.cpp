#include "tests/catalog/fixture.h"

#include <unistd.h>

#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

std::string with_database(const std::string& url, const std::string& name) {
  return url.substr(0, url.rfind('/') + 1) + name;
}

// On the server's first database, outside of any catalog.
void on_server(const std::string& statement) {
  Options options;
  options.migrate = true;  // no proof of tables that are not there
  Sql sql(Dialect::postgresql, server(), options);
  try {
    sql.ensure_open();
    sql.script(statement);
  } catch (const Failure& failure) {
    ADD_FAILURE() << failure.message;
  }
}

}  // namespace

std::string server() {
  const char* url = getenv("ARGOSY_TEST_POSTGRES");
  return url ? url : "";
}

void Fixture::SetUp() {
  if (postgresql()) {
    if (server().empty())
      GTEST_SKIP() << "NOT TESTED on PostgreSQL: run through `scripts/test-postgres run -- COMMAND`";
    static int count = 0;
    const std::string name = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    on_server("CREATE DATABASE " + name);
    url_ = with_database(server(), name);
  } else {
    std::string pattern = (std::filesystem::temp_directory_path() / "argosy-catalog.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    url_ = "sqlite:" + (folder_ / "catalog.db").string();
  }
  Options options;
  options.migrate = true;
  catalog_ = open(options);
  ASSERT_TRUE(catalog_);
  const auto taken = take_shard(*catalog_, {0}, "m1", {1000});
  ASSERT_TRUE(taken.ok()) << taken.error().message;
  fence_ = *taken;
}

void Fixture::TearDown() {
  catalog_.reset();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
  if (postgresql() && !url_.empty())
    on_server("DROP DATABASE " + url_.substr(url_.rfind('/') + 1) + " WITH (FORCE)");
}

std::unique_ptr<Catalog> Fixture::open(const Options& options) {
  auto opened = Catalog::open(url_, options);
  EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
  return opened.ok() ? std::move(*opened) : nullptr;
}

void Fixture::behind(const std::string& statements) {
  const auto other = open();
  const auto done = other->sql().write([&] { return other->sql().script(statements), Done{}; });
  ASSERT_TRUE(done.ok()) << done.error().message;
}

Batch Fixture::batch() {
  Batch b;
  b.id = next_id_++;
  b.fence = fence_;
  return b;
}

BatchOutcome Fixture::commit(const Batch& b) {
  auto outcome = write(db(), b);
  EXPECT_EQ(outcome.verdict, BatchVerdict::committed) << outcome.detail;
  EXPECT_EQ(outcome.id, b.id);
  return outcome;
}

ExecutionId Fixture::admit(const std::string& key, std::vector<std::uint64_t> items) {
  Batch b = batch();
  b.admissions.push_back(admission(key, std::move(items)));
  const auto outcome = commit(b);
  EXPECT_EQ(outcome.admissions.size(), 1u);
  return outcome.admissions.empty() ? ExecutionId{} : outcome.admissions[0].execution;
}

Package package_of_tasks(std::size_t tasks) {
  Package package;
  package.name = "load";
  for (std::size_t i = 0; i < tasks; ++i) {
    Task task;
    task.name = "t" + std::to_string(i);
    task.argv = {"/bin/true"};
    if (i > 0) task.after = {{{static_cast<std::uint32_t>(i - 1)}, AfterOn::succeeded}};
    package.tasks.push_back(task);
  }
  return package;
}

Admission admission(const std::string& key, std::vector<std::uint64_t> items) {
  Admission a;
  a.submitter = "alice";
  a.key = key;
  a.request_digest = "digest of " + key;
  a.package = package_of_tasks(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i] < 2) continue;
    a.package.tasks[i].for_each.source = ItemSource::range;
    a.package.tasks[i].for_each.range = {1, static_cast<std::int64_t>(items[i]), 1};
  }
  a.items = std::move(items);
  a.parameters = {{"day", "2026-11-22"}, {"text", "comma, \"quote\" \\ {brace} 'tick' \xe2\x82\xac"}};
  a.sealed_parameters = {{"password", std::string("\x00\x01\xff sealed", 10)}};
  a.at = {5000};
  return a;
}

AttemptRef attempt(ExecutionId execution, std::uint64_t item, std::uint32_t number, std::uint32_t task) {
  return {{execution, {task}, {item}}, {number}};
}

ClaimRow claim(AttemptRef ref, std::uint64_t session, const std::string& worker) {
  return {ref, worker, {session}, {6000}};
}

EndRow end_of(AttemptRef ref, ItemState item, EndReason reason) {
  EndRow row;
  row.end.attempt = ref;
  row.end.reason = reason;
  row.end.exit_code = reason == EndReason::succeeded ? 0 : 1;
  row.end.started_at = {6500};
  row.end.ended_at = {7000};
  row.item = item;
  return row;
}

OutputRow output(AttemptRef ref, std::uint64_t offset, const std::string& data) {
  OutputRow row;
  row.chunk.attempt = ref;
  row.chunk.offset = offset;
  row.chunk.length = static_cast<std::uint32_t>(data.size());
  row.chunk.pieces = {{1, static_cast<std::uint32_t>(data.size()), {6600}}};
  row.chunk.data = data;
  return row;
}

}  // namespace argosy::catalog
