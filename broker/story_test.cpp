// Every story in broker/testdata: ARGOSY_RECORD=1 writes down what happened instead of comparing; read the
// diff.
#include "broker/story.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace argosy::broker {
namespace {

std::vector<std::string> story_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(BROKER_STORIES)) {
    if (file.path().extension() == ".story") names.push_back(file.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Stories : public testing::TestWithParam<std::string> {};

TEST_P(Stories, HappenAsTheyAreWritten) {
  const std::filesystem::path file = std::filesystem::path(BROKER_STORIES) / (GetParam() + ".story");
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string happened = Story().play(text.str());
  if (std::getenv("ARGOSY_RECORD") != nullptr) {
    std::ofstream(file) << happened;
  } else {
    EXPECT_EQ(happened, text.str());
  }
}

INSTANTIATE_TEST_SUITE_P(Broker, Stories, testing::ValuesIn(story_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace argosy::broker
