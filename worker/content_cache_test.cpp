#include "worker/content_cache.h"

#include <gtest/gtest.h>

#include <chrono>
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

template <class Act>
std::chrono::steady_clock::duration time_of(const Act& act) {
  const auto before = std::chrono::steady_clock::now();
  act();
  return std::chrono::steady_clock::now() - before;
}

// Measured against the removal itself, which any machine needs many times longer for than for one name.
TEST(ContentCache, WhatMakesRoomIsGoneAtOnceAndItsFilesSoon) {
  const fabric::TestFolder place;
  fill(place / "same");
  const auto removal = time_of([&] { remove_unpacked(place / "same"); });
  const std::string digest(64, 'd');
  fill(place / "content" / digest);
  {
    auto opened = ContentCache::open(place / "content", 1);
    ASSERT_TRUE(opened.ok());
    auto& cache = **opened;
    ASSERT_TRUE(cache.has(digest));
    EXPECT_LT(time_of([&] { cache.take_results(); }), removal / 2);
    EXPECT_FALSE(cache.has(digest));
    EXPECT_FALSE(fs::exists(place / "content" / digest));
  }
  EXPECT_TRUE(fs::is_empty(place / "content"));
}

}  // namespace
}  // namespace argosy::worker
