// What the conformance suite shares: a fresh, empty catalog of either dialect, and short ways to say rows.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "catalog/work.h"

namespace argosy::catalog {

// One database for each test: a file in a folder of its own, or a PostgreSQL database of its own.
class Fixture : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::unique_ptr<Catalog> open(const Options& options = {});
  Catalog& db() { return *catalog_; }
  const std::string& url() const { return url_; }
  bool postgresql() const { return GetParam() == Dialect::postgresql; }
  // Runs SQL behind the catalog's back: what an administrator, or damage, would do.
  void behind(const std::string& statements);

  // Commits, and demands it.
  BatchOutcome commit(const Batch& batch);
  Batch batch();  // empty, with the fence of shard 0 and the next id
  ExecutionId admit(const std::string& key, std::vector<std::uint64_t> items = {1});

  ShardTerm fence_;
  std::uint64_t next_id_ = 1;
  std::string url_;
  std::filesystem::path folder_;
  std::unique_ptr<Catalog> catalog_;
};

std::string server();  // ARGOSY_TEST_POSTGRES
Package package_of_tasks(std::size_t tasks);
Admission admission(const std::string& key, std::vector<std::uint64_t> items = {1});
AttemptRef attempt(ExecutionId execution, std::uint64_t item, std::uint32_t number = 1,
                   std::uint32_t task = 0);
ClaimRow claim(AttemptRef ref, std::uint64_t session = 7, const std::string& worker = "w1");
EndRow end_of(AttemptRef ref, ItemState item = ItemState::succeeded, EndReason reason = EndReason::succeeded);
OutputRow output(AttemptRef ref, std::uint64_t offset, const std::string& data);

// INSTANTIATE for both dialects.
#define ARGOSY_BOTH(suite)                                                \
  INSTANTIATE_TEST_SUITE_P(                                               \
      Both, suite, testing::Values(Dialect::sqlite, Dialect::postgresql), \
      [](const auto& each) { return each.param == Dialect::sqlite ? "sqlite" : "postgresql"; })

}  // namespace argosy::catalog
