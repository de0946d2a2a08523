// What is encoded comes back; older and newer senders are understood; the bytes are what msgpack-cxx reads.
#include "schemas/codec.h"

#include <gtest/gtest.h>

#include <fstream>
#include <msgpack.hpp>
#include <regex>
#include <sstream>

#include "base/rng.h"
#include "schemas/examples/examples.h"
#include "schemas/fields.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy {
namespace {

std::string packed(const msgpack::object& value) {
  msgpack::sbuffer buffer;
  msgpack::pack(buffer, value);
  return {buffer.data(), buffer.size()};
}

TEST(Codec, EveryWordComesBack) {
  for (const Message& message : example_messages()) {
    const auto envelope = decode_envelope(encode_envelope(message.envelope));
    ASSERT_TRUE(envelope.ok()) << envelope.error().message;
    EXPECT_EQ(*envelope, message.envelope);
    const auto word = decode_body(envelope->word, encode_body(message.word));
    ASSERT_TRUE(word.ok()) << word.error().message;
    EXPECT_EQ(to_lines({*envelope, *word}), to_lines(message));
  }
}

TEST(Codec, MsgpackReadsTheSameBytes) {
  for (const Message& message : example_messages()) {
    const std::string body = encode_body(message.word);
    const auto handle = msgpack::unpack(body.data(), body.size());
    EXPECT_EQ(packed(handle.get()), body) << word_name(word_of(message.word));
  }
}

TEST(Codec, WhatAnOlderSenderDoesNotKnowTakesItsDefault) {
  const std::string none("\x90", 1), only_session("\x91\x07", 2);
  EXPECT_EQ(decode<Granted>(none)->lease, Duration{});
  const auto granted = decode<Granted>(only_session);
  ASSERT_TRUE(granted.ok());
  EXPECT_EQ(granted->session, SessionId{7});
  EXPECT_EQ(granted->renewal, Renewal{});
  EXPECT_EQ(decode<Task>(none)->lease, limits::kLeaseDefault);
}

TEST(Codec, WhatANewerSenderAddsIsIgnored) {
  // Ping with a nonce, a string, a map in an array, an extension and a float behind it.
  std::string body("\x96\x63\xa1x\x91\x81\xa1k\xc4\x01\xff\xd4\x05\x00\xcb\x3f\xf0\0\0\0\0\0\0\xc0", 24);
  const auto ping = decode<Ping>(body);
  ASSERT_TRUE(ping.ok()) << ping.error().message;
  EXPECT_EQ(ping->nonce, 99u);
}

TEST(Codec, ExtremesComeBack) {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t n : {least, least + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{127}, most}) {
    const Range range{n, n, n};
    const auto decoded = decode<ForEach>(encode(ForEach{ItemSource::range, "", range, {}, "", 0, 0, ""}));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->range, range);
  }
  for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_EQ(decode<Ping>(encode(Ping{n}))->nonce, n);
  }
}

TEST(Codec, ABigBodyStaysWithinItsBudget) {
  Publish publish;
  for (std::uint64_t i = 0; i < 300'000; ++i) publish.offers.push_back({{ExecutionId{1}, TaskNo{0}, ItemNo{i}}, 1, 0, 1});
  const auto decoded = decode_body(Publish::word, encode_body(publish));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(std::get<Publish>(*decoded).offers, publish.offers);
}

// Random damage never breaks the decoder, and what it still accepts it can encode and decode again.
TEST(Codec, DamagedFramesAreRefusedOrMeanSomething) {
  Rng rng(20'261'122);
  const std::vector<Message> examples = example_messages();
  std::size_t refused = 0;
  for (int i = 0; i < 60'000; ++i) {
    const Message& message = examples[rng.below(examples.size())];
    std::string body = encode_body(message.word);
    for (std::uint64_t n = 1 + rng.below(4); n > 0; --n) {
      switch (rng.below(4)) {
        case 0: body[rng.below(body.size())] = static_cast<char>(rng.next()); break;
        case 1: body.resize(1 + rng.below(body.size())); break;
        case 2: body.insert(rng.below(body.size()), 1, static_cast<char>(rng.next())); break;
        case 3: body.erase(rng.below(body.size()), 1), body += '\0'; break;
      }
    }
    const auto word = decode_body(message.envelope.word, body);
    if (!word.ok()) {
      ++refused;
      EXPECT_FALSE(word.error().message.empty());
      continue;
    }
    const std::string again = encode_body(*word);
    const auto twice = decode_body(message.envelope.word, again);
    ASSERT_TRUE(twice.ok()) << twice.error().message;
    EXPECT_EQ(encode_body(*twice), again);
  }
  EXPECT_GT(refused, 1'000u);
}

// The names in fields.cpp are those in the visit() of each struct, read from the headers.
TEST(Fields, NamesAreThoseOfTheHeaders) {
  const std::regex open(R"(^struct (\w+))"), field(R"(\bv\((?:bytes\()?([\w.]+)\))");
  std::size_t checked = 0;
  for (const char* file : {"envelope.h", "package.h", "words/session.h", "words/offers.h", "words/work.h", "words/requests.h"}) {
    std::ifstream header(std::string(ARGOSY_SOURCE "/schemas/") + file);
    std::string type, names;
    for (std::string line; std::getline(header, line);) {
      line = line.substr(0, line.find("//"));
      std::smatch match;
      if (std::regex_search(line, match, open)) type = match[1], names.clear();
      for (std::sregex_iterator it(line.begin(), line.end(), field), end; it != end; ++it) {
        names += (names.empty() ? "" : " ") + (*it)[1].str();
      }
      if (line != "};" || names.empty()) continue;
      EXPECT_EQ(field_names(type), names) << file << ": " << type << " and schemas/fields.cpp differ";
      names.clear();
      ++checked;
    }
  }
  EXPECT_GT(checked, 60u);
}

TEST(Transcript, LeavesOutDefaultsAndCutsStrings) {
  EXPECT_EQ(to_text(Word(Granted{SessionId{7}, Renewal{3}, seconds(60), {}})), "Granted{session 7, renewal 3, lease 1m}");
  EXPECT_EQ(to_text(Word(Bye{std::string(100, 'x')})).size(), to_text(Word(Bye{std::string(1'000, 'x')})).size());
  EXPECT_EQ(to_text(AttemptRef{{ExecutionId{17}, TaskNo{0}, ItemNo{5}}, AttemptNo{2}}), "17.0.5#2");
}

}  // namespace
}  // namespace argosy
