// Every story in master/testdata. ARGOSY_RECORD=1 writes what happened into the files; what changed is read as a diff.
#include "master/story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace argosy::master {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> all_stories() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(MASTER_STORIES)) {
    if (entry.path().extension() == ".story") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class MasterStory : public testing::TestWithParam<std::string> {};

TEST_P(MasterStory, GoesAsTold) {
  const fs::path file = fs::path(MASTER_STORIES) / (GetParam() + ".story");
  const std::string told = read(file), happened = Story().play(told);
  const bool record = std::getenv("ARGOSY_RECORD") != nullptr;
  if (record) std::ofstream(file) << happened;
  EXPECT_EQ(record ? happened : told, happened);
}

INSTANTIATE_TEST_SUITE_P(All, MasterStory, testing::ValuesIn(all_stories()), [](const auto& story) { return story.param; });

}  // namespace
}  // namespace argosy::master
