#include "worker/launch.h"

#include <gtest/gtest.h>

#include <array>
#include <new>

namespace argosy::worker {
namespace {

// A short string stands in the object itself, so its bytes are still there to be looked at when the object is gone.
TEST(Launch, WipesItsSecretsWhenItGoes) {
  alignas(Launch) std::array<char, sizeof(Launch)> room{};
  auto* launch = new (room.data()) Launch;
  launch->order.secrets = "A='hunter2'\n";
  const auto holds_it = [&] { return std::string_view(room.data(), room.size()).find("hunter2") != std::string_view::npos; };
  EXPECT_TRUE(holds_it());
  launch->~Launch();
  EXPECT_FALSE(holds_it());
}

}  // namespace
}  // namespace argosy::worker
