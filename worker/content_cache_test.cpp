#include "worker/content_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <fstream>

#include "fabric/test_folder.h"
#include "worker/unpack.h"

namespace argosy::worker {
namespace {

namespace fs = std::filesystem;

void fill(const fs::path& folder) {
  fs::create_directories(folder);
  for (int i = 0; i < 5'000; ++i) std::ofstream(folder / std::to_string(i)) << "x";
}

std::chrono::nanoseconds spent_by_this_thread() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

template <class Act>
std::chrono::nanoseconds work_of(const Act& act) {
  const auto before = spent_by_this_thread();
  act();
  return spent_by_this_thread() - before;
}

// Measured against the removal itself, which is many times the work of one name on any machine, however busy with others.
TEST(ContentCache, WhatMakesRoomIsGoneAtOnceAndItsFilesSoon) {
  const fabric::TestFolder place;
  fill(place / "same");
  const auto removal = work_of([&] { remove_unpacked(place / "same"); });
  const std::string digest(64, 'd');
  fill(place / "content" / digest);
  {
    auto opened = ContentCache::open(place / "content", 1);
    ASSERT_TRUE(opened.ok());
    auto& cache = **opened;
    ASSERT_TRUE(cache.has(digest));
    EXPECT_LT(work_of([&] { cache.take_results(); }), removal / 2);
    EXPECT_FALSE(cache.has(digest));
    EXPECT_FALSE(fs::exists(place / "content" / digest));
  }
  EXPECT_TRUE(fs::is_empty(place / "content"));
}

}  // namespace
}  // namespace argosy::worker
