// The example files: each decodes, reads as its text, and encodes to the same bytes; each word has one.
#include "schemas/examples/examples.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy {
namespace {

const std::filesystem::path kFolder = ARGOSY_SOURCE "/schemas/examples";

std::string content_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::set<std::filesystem::path> recorded(const std::filesystem::path& folder = kFolder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".hex") files.insert(entry.path());
  }
  return files;
}

TEST(Examples, EachDecodesReadsAsItsTextAndEncodesToTheSameBytes) {
  for (const auto& path : recorded()) {
    SCOPED_TRACE(path.filename());
    const Frames frames = frames_of_hex(content_of(path));
    const auto envelope = decode_envelope(frames.envelope);
    ASSERT_TRUE(envelope.ok()) << envelope.error().message;
    const auto word = decode_body(envelope->word, frames.body);
    ASSERT_TRUE(word.ok()) << word.error().message;
    EXPECT_EQ(to_lines({*envelope, *word}), content_of(std::filesystem::path(path).replace_extension(".txt")));
    EXPECT_EQ(encode_envelope(*envelope), frames.envelope);
    EXPECT_EQ(encode_body(*word), frames.body);
  }
}

TEST(Examples, EachWordHasItsFile) {
  std::set<std::uint16_t> seen;
  for (const Message& message : example_messages()) {
    seen.insert(word_of(message.word));
    EXPECT_TRUE(std::filesystem::exists(kFolder / (example_name(message) + ".hex")))
        << example_name(message) << ": run build/release/make_examples schemas/examples";
  }
  for (const std::uint16_t word : all_words()) EXPECT_TRUE(seen.contains(word)) << word_name(word);
}

// What this version says is what the files hold: a change of meaning needs a new word or an appended field.
TEST(Examples, TodaysWordsAreTheRecordedOnes) {
  for (const Message& message : example_messages()) {
    EXPECT_EQ(example_hex(message), content_of(kFolder / (example_name(message) + ".hex"))) << example_name(message);
  }
}

// What the release before this one said (schemas/previous/messages): all of it is understood, line by line; a line that it
// did not have is a field that was appended since.
TEST(Previous, EachMessageOfTheReleaseBeforeDecodes) {
  const auto files = recorded(ARGOSY_SOURCE "/schemas/previous/messages");
  EXPECT_GE(files.size(), 40u);
  for (const auto& path : files) {
    SCOPED_TRACE(path.filename());
    const Frames frames = frames_of_hex(content_of(path));
    const auto envelope = decode_envelope(frames.envelope);
    ASSERT_TRUE(envelope.ok()) << envelope.error().message;
    const auto word = decode_body(envelope->word, frames.body);
    ASSERT_TRUE(word.ok()) << word.error().message;
    std::istringstream before(content_of(std::filesystem::path(path).replace_extension(".txt")));
    std::istringstream now(to_lines({*envelope, *word}));
    std::string line, mine;
    while (std::getline(before, line)) {
      do {
        if (!std::getline(now, mine)) FAIL() << "'" << line << "' is lost";
      } while (mine != line);
    }
  }
}

}  // namespace
}  // namespace argosy
