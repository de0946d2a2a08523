#include "worker/outcome.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "fabric/test_folder.h"

namespace argosy::worker {
namespace {

Outputs outputs_of(const std::string& text) {
  const fabric::TestFolder place;
  std::ofstream(place / "output", std::ios::binary) << text;
  auto outputs = take_outputs(place / "output");
  EXPECT_FALSE(std::filesystem::exists(place / "output"));
  return outputs;
}

TEST(Outputs, AreLinesOfKeyAndValue) {
  const auto outputs = outputs_of("total=17\n\nempty=\nurl=a=b\ntotal=18");
  EXPECT_EQ(outputs.values, (std::map<std::string, std::string>{{"total", "18"}, {"empty", ""}, {"url", "a=b"}}));
  EXPECT_EQ(outputs.left_out, "");
}

TEST(Outputs, AreNeverCutInTheMiddle) {
  const auto outputs = outputs_of("first=1\nlong=" + std::string(70'000, 'x') + "\nlast=2\n");
  EXPECT_EQ(outputs.values, (std::map<std::string, std::string>{{"first", "1"}}));
  EXPECT_NE(outputs.left_out.find("64KiB"), std::string::npos);
  EXPECT_TRUE(outputs_of(std::string(70'000, '=')).values.empty());
}

TEST(Outputs, WhatIsNoneIsTold) {
  const auto outputs = outputs_of("a=1\nno value\nb=\xff\nc=2\n");
  EXPECT_EQ(outputs.values, (std::map<std::string, std::string>{{"a", "1"}, {"c", "2"}}));
  EXPECT_NE(outputs.left_out.find("line 2"), std::string::npos);
  EXPECT_EQ(outputs.left_out.find("no value"), std::string::npos) << "it may be a line of a secret";
}

TEST(Outputs, AFileThatWasReplacedIsNotReadAndThatIsTold) {
  const fabric::TestFolder place;
  const auto file = place / "output", other = place / "other";
  std::ofstream(other) << "secret=1\n";
  const auto told = [&] {
    const auto outputs = take_outputs(file);
    EXPECT_TRUE(outputs.values.empty());
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(file)));
    return outputs.left_out;
  };
  EXPECT_EQ(told(), "") << "most tasks write nothing";
  const std::string no_file = "$ARGOSY_OUTPUT: is no regular file any more, and was not read";
  std::filesystem::create_symlink(other, file);
  EXPECT_EQ(told(), no_file);
  std::filesystem::create_directory(file);
  EXPECT_EQ(told(), no_file);
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(told(), no_file);
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST(Cleaned, HasAQuestionMarkForEachByteThatIsNoText) {
  EXPECT_EQ(cleaned("a\xff\xe2\x82z\xe2\x82\xac\xe2"), "a???z\xe2\x82\xac?");
  EXPECT_EQ(cleaned(""), "");
}

// From the beginning again for each of them, it would take hours.
TEST(Cleaned, TakesNoLongerForTextOfNothingElse) {
  EXPECT_EQ(cleaned(std::string(4u << 20, '\xff')), std::string(4u << 20, '?'));
}

}  // namespace
}  // namespace argosy::worker
