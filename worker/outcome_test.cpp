#include "worker/outcome.h"

#include <gtest/gtest.h>

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
