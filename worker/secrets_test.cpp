// Secrets on their way from a Run to the keeper: what is given back to the heap is searched for them.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "fabric/sealing.h"
#include "worker/keeper_protocol.h"
#include "worker/keeper_queue.h"
#include "worker/launch.h"
#include "worker/mask.h"

namespace {

constexpr std::string_view kSecret = "nobody #7";  // stands in the string itself; a longer one behind a pointer
constexpr std::string_view kLong = "nobody #7 may find this";
std::atomic<int> copies_left{0};

void search_and_free(void* place) {
  if (place != nullptr && memmem(place, malloc_usable_size(place), kSecret.data(), kSecret.size()) != nullptr) ++copies_left;
  std::free(place);
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* place = std::malloc(size);
  if (place == nullptr) std::abort();
  return place;
}
[[gnu::noinline]] void operator delete(void* place) noexcept {
  search_and_free(place);
}
[[gnu::noinline]] void operator delete(void* place, std::size_t) noexcept {
  search_and_free(place);
}

namespace argosy::worker {
namespace {

TEST(Secrets, TheHeapIsSearched) {
  copies_left = 0;
  { const std::string copy(kLong); }
  EXPECT_EQ(copies_left, 1);
}

class SecretsTest : public ::testing::Test {
 protected:
  SecretsTest() {
    auto spec = std::make_shared<TaskSpec>();
    spec->body.argv = {"true"};
    for (const char* name : {"A", "B"}) spec->secrets[name] = fabric::seal(context_.keys.public_key, kSecret);
    for (const char* name : {"C", "D"}) spec->secrets[name] = fabric::seal(context_.keys.public_key, kLong);
    task_.spec = std::move(spec);
    copies_left = 0;
  }
  ~SecretsTest() override { EXPECT_EQ(copies_left, 0); }

  Launch launched(keeper::TaskToken token) {
    auto made = make_launch(task_, token, 0, {}, context_, {});
    return std::move(std::get<Launch>(made));
  }

  LaunchContext context_{{"/w", "/o", "/s"}, fabric::KeyPair::generate(), "", {}};
  StartTask task_{};
};

TEST_F(SecretsTest, OfALaunchAndItsOrders) {
  SecretText out, in;
  for (keeper::TaskToken token = 1; token < 9; ++token) keeper::put_order(launched(token).order, out);
  keeper::Queue queue;
  while (!out.empty()) {
    const std::size_t piece = std::min<std::size_t>(out.size(), 100);
    in.append(out.view().substr(0, piece));
    out.drop_front(piece);
    std::size_t at = 0;
    while (auto order = keeper::take_order(in.view(), at)) queue.add(std::get<keeper::StartOrder>(*order), {});
    in.drop_front(at);
  }
  EXPECT_EQ(queue.size(), 8u);
  EXPECT_NE(queue.take(5)->order.secrets.view().find(kLong), std::string_view::npos);
}

TEST_F(SecretsTest, OfAMaskAndItsStream) {
  Mask mask(launched(1).secret_values);
  std::string shown;
  for (const std::string_view echo : {kSecret, kLong, kLong, kSecret}) {
    for (const char c : echo) shown += mask.pass({&c, 1});
  }
  EXPECT_EQ(shown + mask.finish(), "***");
}

}  // namespace
}  // namespace argosy::worker
