// Which requests are said when: turns, refusals for now, other shards, lost connections.
#include "client/requests.h"

#include <gtest/gtest.h>

#include <vector>

namespace argosy::client {
namespace {

constexpr Time kStart{1'000'000};

struct RequestsTest : testing::Test {
  Requests requests{3};
  Time now = kStart;

  void ask(const std::string& id) { requests.open(id, {.word = Ask{id, "status", "{}"}}); }
  void ask_all(const std::vector<std::string>& ids) {
    for (const auto& id : ids) ask(id);
  }
  bool refuse(const std::string& id, Refusal reason, ShardId shard = {}) {
    return requests.keep({Ask::word, reason, "", id, shard}, ShardId{0}, now);
  }
  std::vector<std::string> said() {
    std::vector<std::string> out;
    while (const auto* request = requests.next(now)) {
      std::string one = std::get<Ask>(request->word).request;
      for (const ShardId shard : request->shards) one += "@" + std::to_string(shard.value);
      out.push_back(one);
    }
    return out;
  }
};

using Said = std::vector<std::string>;

TEST_F(RequestsTest, WaitTheirTurn) {
  ask_all({"d", "c", "b", "a"});
  EXPECT_EQ(said(), (Said{"d", "c", "b"}));
  EXPECT_EQ(said(), Said{});
  EXPECT_TRUE(requests.close("c"));
  EXPECT_FALSE(requests.close("c"));
  EXPECT_EQ(said(), Said{"a"});
}

TEST_F(RequestsTest, GivenUpFreesItsPlace) {
  ask_all({"a", "b", "c", "d", "e"});
  (void)said();
  requests.close("b");
  ask("c");  // once more: in the place of the former
  EXPECT_EQ(said(), (Said{"d", "e"}));
  EXPECT_EQ(said(), Said{});
}

TEST_F(RequestsTest, RefusedForNowIsSaidLater) {
  ask_all({"a", "b"});
  (void)said();
  EXPECT_TRUE(refuse("a", Refusal::catalog_unavailable));
  ask("c");
  EXPECT_EQ(said(), Said{"c"});
  EXPECT_EQ(requests.due(), now + kRetryTransient);
  now = now + kRetryTransient;
  EXPECT_EQ(said(), Said{"a"});
  EXPECT_EQ(requests.due(), std::nullopt);
}

TEST_F(RequestsTest, BusyHoldsAllBack) {
  ask_all({"a", "b", "c", "d", "e"});
  (void)said();
  EXPECT_TRUE(refuse("b", Refusal::busy));
  EXPECT_EQ(said(), Said{});
  EXPECT_EQ(requests.due(), now + kRetryTransient);
  requests.lose_connection();  // a new one is as busy
  EXPECT_EQ(said(), Said{});
  now = now + kRetryTransient;
  EXPECT_EQ(said(), (Said{"a", "b", "c"}));
}

TEST_F(RequestsTest, RefusedForGoodIsTheCallers) {
  ask("a");
  (void)said();
  EXPECT_FALSE(refuse("a", Refusal::not_found));
  EXPECT_FALSE(refuse("unheard of", Refusal::busy));
}

TEST_F(RequestsTest, GoesToTheShardThatIsNamed) {
  ask("a");
  EXPECT_EQ(said(), Said{"a"});
  EXPECT_TRUE(refuse("a", Refusal::other_shard, ShardId{2}));
  EXPECT_EQ(said(), Said{"a@2"});
  EXPECT_TRUE(refuse("a", Refusal::other_shard, ShardId{2}));  // its hold is just changing
  EXPECT_EQ(said(), Said{});
  now = now + kRetryTransient;
  EXPECT_EQ(said(), Said{"a@2"});
}

TEST_F(RequestsTest, AWatchGoesToAllShardsThatAreNamed) {
  requests.open("w", {.word = Ask{"w", "", ""}, .stands = true});
  EXPECT_EQ(said(), Said{"w"});
  EXPECT_TRUE(refuse("w", Refusal::other_shard, ShardId{1}));
  EXPECT_EQ(said(), Said{"w@0@1"});
  EXPECT_TRUE(refuse("w", Refusal::other_shard, ShardId{1}));
  EXPECT_EQ(said(), Said{});
  ask_all({"a", "b", "c"});  // it takes no room
  EXPECT_EQ(said(), (Said{"a", "b", "c"}));
}

TEST_F(RequestsTest, AllIsSaidAgainOnTheNextConnection) {
  ask_all({"a", "b", "c"});
  (void)said();
  requests.close("b");
  EXPECT_TRUE(refuse("c", Refusal::unreachable));
  requests.lose_connection();
  EXPECT_EQ(said(), (Said{"a", "c"}));
}

TEST_F(RequestsTest, WhatAFormerHolderHeardIsSaidAgain) {
  requests.open("a", {.word = Ask{"a", "", ""}, .shards = {ShardId{1}}});
  requests.open("b", {.word = Ask{"b", "", ""}, .shards = {ShardId{2}}});
  ask("any");
  (void)said();
  requests.lose_holders({ShardId{2}});
  EXPECT_EQ(said(), (Said{"any", "b@2"}));
}

}  // namespace
}  // namespace argosy::client
