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
  launch->order.secrets.append("A='hunter2'\n");
  const auto holds_it = [&] { return std::string_view(room.data(), room.size()).find("hunter2") != std::string_view::npos; };
  EXPECT_TRUE(holds_it());
  launch->~Launch();
  EXPECT_FALSE(holds_it());
}

TEST(Users, AreAskedForOnceAMinute) {
  int asked = 0;
  Users users([&](const std::string& name) -> std::optional<keeper::TaskUser> {
    ++asked;
    if (name == "nobody-yet") return std::nullopt;
    return keeper::TaskUser{1000, 100, {100, 27}};
  });
  const Time start{seconds(5).us};
  EXPECT_EQ(users.find("batch", start)->groups, (std::vector<std::uint32_t>{100, 27}));
  EXPECT_EQ(users.find("batch", start + seconds(59))->uid, 1000u);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(users.find("batch", start + seconds(60)));
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(users.find("nobody-yet", start));
  EXPECT_FALSE(users.find("nobody-yet", start));
  EXPECT_EQ(asked, 4);
}

}  // namespace
}  // namespace argosy::worker
