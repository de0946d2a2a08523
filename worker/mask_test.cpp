#include "worker/mask.h"

#include <gtest/gtest.h>

#include <random>

namespace argosy::worker {
namespace {

std::string shown(const std::vector<std::string>& values, const std::vector<std::string>& reads) {
  Mask mask(values);
  std::string all;
  for (const auto& read : reads) all += mask.pass(read);
  return all + mask.finish();
}

TEST(Mask, HidesEchoesAlsoAcrossReads) {
  EXPECT_EQ(shown({"hunter2", "abc"}, {"my hunter2 is hun", "ter2!"}), "my *** is ***!");
}

TEST(Mask, ShowsABeginningThatWasNone) {
  Mask mask({"secret"});
  EXPECT_EQ(mask.pass("sec"), "");
  EXPECT_EQ(mask.pass("ond"), "second");
  EXPECT_EQ(mask.finish(), "");
}

TEST(Mask, AValueThatBeginsALongerOneGivesNothingOfThatAway) {
  EXPECT_EQ(shown({"abcd", "abcdefgh"}, {"my abcd", "efgh!"}), "my ***!");
  EXPECT_EQ(shown({"abcd", "abcdefgh"}, {"my abcd", "efg!"}), "my ***efg!");
  EXPECT_EQ(shown({"abcd", "xabcdx"}, {"xabcd", "y"}), "x***y");
}

TEST(Mask, WhatTheStreamEndsInIsHiddenToo) {
  EXPECT_EQ(shown({"abcd", "abcdefgh"}, {"my abcd"}), "my ***");
  EXPECT_EQ(shown({"abcd", "abcdefgh"}, {"my abcdefg"}), "my ***efg");
}

TEST(Mask, EchoesThatOverlapAreHiddenWholly) {
  EXPECT_EQ(shown({"abcdef", "defghi"}, {"-abcd", "efghi-"}), "-***-");
  EXPECT_EQ(shown({"abab", "aaaa"}, {"xababab", "aaaax"}), "x***x");
}

TEST(Mask, KeepsNoMoreThanABeginning) {
  Mask mask({std::string(8, 'a')});
  EXPECT_EQ(mask.pass(std::string(1u << 20, 'a')), "***");
  EXPECT_EQ(mask.pass("b"), "b");
}

// The longest values, in output made to be hard: quadratic work would take hours.
TEST(Mask, RepeatedBeginningsCostNoMoreThanOthers) {
  const std::string most(60'000, 'a');
  std::vector<std::string> reads(64, std::string(60'000, 'a'));
  reads.push_back("!");
  EXPECT_EQ(shown({most + "b", most}, reads), "***!");
}

// Against the plain meaning: every byte of every echo, found in the whole.
std::string plainly(const std::vector<std::string>& values, const std::string& text) {
  std::string marks(text.size(), ' ');
  for (const auto& value : values) {
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) marks.replace(at, value.size(), value.size(), '*');
  }
  std::string all;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (marks[at] == ' ') all += text[at];
    else if (at == 0 || marks[at - 1] == ' ') all += "***";
  }
  return all;
}

TEST(Mask, IsTheSameHoweverTheStreamIsCut) {
  std::mt19937 draw(7);
  const auto text_of = [&](std::size_t size) {
    std::string text;
    while (text.size() < size) text += draw() % 3 == 0 ? 'b' : 'a';
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> values, reads;
    for (std::size_t n = 1 + draw() % 3; n > 0; --n) values.push_back(text_of(4 + draw() % 6));
    std::string whole;
    for (std::size_t n = 1 + draw() % 6; n > 0; --n) whole += reads.emplace_back(text_of(draw() % 12));
    ASSERT_EQ(shown(values, reads), plainly(values, whole)) << "round " << round;
  }
}

}  // namespace
}  // namespace argosy::worker
