#include "schemas/rights.h"

#include <gtest/gtest.h>

#include "schemas/names.h"

namespace argosy {
namespace {

TEST(Rights, EachWordHasItsRow) {
  for (const std::uint16_t word : all_words()) EXPECT_NE(right_of(word), nullptr) << word_name(word);
  EXPECT_EQ(right_of(19), nullptr);
  EXPECT_FALSE(may_say(Role::broker, 19));
}

TEST(Rights, NobodyWithoutARoleSaysAnything) {
  for (const std::uint16_t word : all_words()) {
    EXPECT_FALSE(may_say(Role::none, word));
    EXPECT_FALSE(may_hear(Role::none, word));
  }
}

TEST(Rights, OnlyMastersSayWhatMakesWorkersAct) {
  for (const std::uint16_t word : {Run::word, Recorded::word, Stop::word, Drop::word, Granted::word, Chunk::word}) {
    for (const Role role : {Role::broker, Role::worker, Role::operator_, Role::submitter, Role::viewer}) {
      EXPECT_FALSE(may_say(role, word)) << word_name(word) << " by " << to_string(role);
    }
    EXPECT_TRUE(may_say_to(Role::master, word, Role::worker));
    EXPECT_FALSE(may_say_to(Role::master, word, Role::submitter));
  }
}

TEST(Rights, ViewersOnlyAsk) {
  for (const std::uint16_t word : all_words()) {
    const bool expected = word == Hello::word || word == Bye::word || word == Ping::word || word == Watch::word ||
                          word == Ask::word;
    EXPECT_EQ(may_say(Role::viewer, word), expected) << word_name(word);
  }
}

TEST(Names, GoBothWays) {
  for (const std::uint16_t word : all_words()) EXPECT_EQ(word_number(word_name(word)), word);
  EXPECT_EQ(word_name(30), "Run");
  EXPECT_EQ(word_name(19), "unknown");
  EXPECT_EQ(word_number("Jump"), 0);
  EXPECT_EQ(to_string(Role::operator_), "operator");
  EXPECT_EQ(to_string(Refusal::no_hello), "no_hello");
}

}  // namespace
}  // namespace argosy
