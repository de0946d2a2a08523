#include "master/undecodable.h"

#include <gtest/gtest.h>

namespace argosy::master {
namespace {

const DecodeError kWhy{Refusal::malformed, "Ask.verb: not a text"};

Envelope said_by(Role role) {
  Envelope envelope;
  envelope.word = Ask::word;
  envelope.from = {role, "x", {7}};
  return envelope;
}

TEST(Undecodable, TheSpeakerIsToldWhatAndWhy) {
  Undecodable words;
  const auto refused = words.take(Time{}, said_by(Role::submitter), encode_body(Ask{"r1", "status", "{}"}), kWhy);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refused_word, Ask::word);
  EXPECT_EQ(refused->reason, Refusal::malformed);
  EXPECT_EQ(refused->text, "Ask.verb: not a text");
  EXPECT_EQ(refused->request, "r1");
  EXPECT_TRUE(words.take(Time{}, said_by(Role::worker), "", kWhy));
  EXPECT_FALSE(words.take(Time{}, said_by(Role::broker), "", kWhy));
  EXPECT_FALSE(words.take(Time{}, Envelope{}, "", kWhy));
  EXPECT_EQ(words.count(), 4u);
}

TEST(Undecodable, IsToldSoOftenASecondAndCountedAlways) {
  Undecodable words;
  int told = 0;
  for (int i = 0; i < 1000; ++i) {
    if (words.take(Time{} + milliseconds(i), said_by(Role::viewer), "", kWhy)) ++told;
  }
  EXPECT_EQ(told, Undecodable::kToldPerSecond);
  EXPECT_TRUE(words.take(Time{} + seconds(1), said_by(Role::viewer), "", kWhy));
  EXPECT_EQ(words.count(), 1001u);
}

}  // namespace
}  // namespace argosy::master
