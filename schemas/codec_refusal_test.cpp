// What the decoder refuses, with which reason, and where it says the trouble is.
#include <gtest/gtest.h>

#include "schemas/codec.h"

namespace argosy {
namespace {

struct Refused_ {
  Refusal reason;
  std::string message;

  bool operator==(const Refused_&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Refused_& refused) {
  return out << static_cast<int>(refused.reason) << " " << refused.message;
}

template <class T>
Refused_ refusal(std::string_view bytes) {
  const auto decoded = decode<T>(bytes);
  if (decoded.ok()) return {Refusal::busy, "accepted"};
  return {decoded.error().reason, decoded.error().message};
}

Refused_ malformed(std::string message) { return {Refusal::malformed, std::move(message)}; }

using namespace std::string_literals;

TEST(Refusal, OfTheWrongKind) {
  EXPECT_EQ(refusal<Ping>("\x63"), malformed("Ping: is an unsigned integer, wants an array"));
  EXPECT_EQ(refusal<Ping>("\x91\xa1x"), malformed("Ping.nonce: is str, wants an unsigned integer"));
  EXPECT_EQ(refusal<Ping>("\x91\xff"), malformed("Ping.nonce: is a negative integer, wants an unsigned integer"));
  EXPECT_EQ(refusal<Bye>("\x91\xc4\x01x"), malformed("Bye.why: is bin, wants str"));
  EXPECT_EQ(refusal<Put>("\x94\xa0\x00\x00\xa1x"s), malformed("Put.data: is str, wants bin"));
  EXPECT_EQ(refusal<Presence>("\x91\xc0"), malformed("Presence.complete: is nil, wants a boolean"));
}

TEST(Refusal, NamesThePlace) {
  EXPECT_EQ(refusal<Stop>("\x92\x01\x92\x92\x93\x01\x02\x03\x04\x92\x93\x01\xa0\x03\x04"),
            malformed("Stop.attempts[1].item.task: is str, wants an unsigned integer"));
  EXPECT_EQ(refusal<Submit>("\x97\xa0\xa0\xa0\xa0\xc0\xa0\x82\xa1" "a\xa1" "b\xa1" "c\x05"),
            malformed("Submit.parameters[1]: is an unsigned integer, wants str"));
}

TEST(Refusal, OfNumbersOutOfRange) {
  EXPECT_EQ(refusal<Fetch>("\x93\xa0\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00"s),
            malformed("Fetch.length: 4294967296 is above 4294967295"));
  EXPECT_EQ(refusal<Refused>("\x92\x01\x14"), malformed("Refused.reason: no Refusal has number 20"));
  EXPECT_EQ(refusal<Refused>("\x92\x01\x00"s), malformed("Refused.reason: no Refusal has number 0"));
  EXPECT_EQ(refusal<MaxFailures>("\x92\x00\xcb\x7f\xf8\0\0\0\0\0\0"s), malformed("MaxFailures.percent: not a finite number"));
}

TEST(Refusal, OfTextThatIsNone) {
  EXPECT_EQ(refusal<Bye>("\x91\xa2\xc3\x28"), malformed("Bye.why: text is not UTF-8 or holds NUL: \\xc3("));
  EXPECT_EQ(refusal<Bye>("\x91\xa9" "12345678\0"s), malformed("Bye.why: text is not UTF-8 or holds NUL: 12345678\\x00"));
  EXPECT_EQ(refusal<Submit>("\x97\xa0\xa0\xa0\xa0\xc0\xa0\x82\xa1" "a\xa1" "b\xa1" "a\xa1" "c"),
            malformed("Submit.parameters[1]: the key a stands twice"));
}

TEST(Refusal, OfWhatEndsInTheMiddle) {
  EXPECT_EQ(refusal<Ping>(""), malformed("Ping: ends in the middle"));
  EXPECT_EQ(refusal<Ping>("\x91\xcf\x01"), malformed("Ping.nonce: ends in the middle"));
  EXPECT_EQ(refusal<Bye>("\x91\xdb\xff\xff\xff\xffx"), malformed("Bye.why: a string of 4294967295 bytes ends in the middle"));
  EXPECT_EQ(refusal<Ping>("\x91\x01\x01"), malformed("Ping: 1 bytes behind the end"));
  EXPECT_EQ(refusal<Ping>("\xc1"), malformed("Ping: byte 0xc1 is never used"));
}

TEST(Refusal, OfCountsThatCannotBe) {
  EXPECT_EQ(refusal<Withdraw>("\x91\xdd\xff\xff\xff\xff"), malformed("Withdraw.items: 4294967295 elements in 0 bytes"));
  EXPECT_EQ(refusal<Ping>("\x92\x01\xdd\xff\xff\xff\xff"), malformed("Ping.#1: ends in the middle"));
}

// A list of a million empty structs is a megabyte here and a gigabyte in memory.
TEST(Refusal, OfWhatWouldTakeTooMuchMemory) {
  std::string run("\x93\x01\x01\xdd\x00\x0f\x42\x40", 8);
  run.append(1'000'000, '\x90');
  const Refused_ refused = refusal<argosy::Run>(run);
  EXPECT_EQ(refused.reason, Refusal::too_large);
  EXPECT_EQ(refused.message, "Run.specs: would take more memory than a message of its size may");
}

TEST(Refusal, OfTooMuchDepthOnlyWhereNobodyKnowsTheField) {
  std::string deep("\x92\x01", 2);
  deep.append(14, '\x91');
  EXPECT_EQ(refusal<Ping>(deep + '\x01').message, "accepted");
  EXPECT_EQ(refusal<Ping>(deep + std::string(2'000, '\x91') + '\x01'), malformed("Ping.#1: nested too deeply"));
}

TEST(Refusal, OfSizes) {
  Envelope envelope;
  envelope.to.name = std::string(2'000, 'x');
  const auto decoded = decode_envelope(encode_envelope(envelope));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().reason, Refusal::too_large);
  const std::string body(limits::kMessageBytes + 1, '\0');
  EXPECT_EQ(refusal<Ping>(body).reason, Refusal::too_large);
}

TEST(Refusal, OfAWordThatNobodyHas) {
  const auto decoded = decode_body(19, "\x90");
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().reason, Refusal::unknown_word);
  EXPECT_EQ(decoded.error().message, "no word has number 19");
}

}  // namespace
}  // namespace argosy
