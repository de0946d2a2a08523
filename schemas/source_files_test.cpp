#include "schemas/source_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace argosy {
namespace {

namespace fs = std::filesystem;

class SourceFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "argosy-sources-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directory(root_ / "in");
    std::ofstream(root_ / "in/lines.txt") << "a\nb\n";
    fs::create_symlink("lines.txt", root_ / "in/inside");
    fs::create_symlink("/etc/passwd", root_ / "outside");
    fs::create_symlink("/etc", root_ / "etc");
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
};

TEST_F(SourceFiles, ReadsFiles) {
  EXPECT_EQ(items_of_lines_file((root_ / "in/lines.txt").string())->count, 2u);
  std::ofstream(root_ / "j.json") << "[1, {\"a\": 2}]";
  EXPECT_EQ(items_of_json_file((root_ / "j.json").string())->count, 2u);
  EXPECT_FALSE(items_of_lines_file((root_ / "none").string()).ok());
  EXPECT_FALSE(items_of_lines_file((root_ / "in").string()).ok());
  ASSERT_EQ(mkfifo((root_ / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(items_of_lines_file((root_ / "fifo").string()).ok());
  EXPECT_FALSE(read_text_file((root_ / "in/lines.txt").string(), 3).ok());
}

TEST_F(SourceFiles, PathsStayInTheProject) {
  EXPECT_TRUE(path_in_project(root_.string(), "in/lines.txt").ok());
  EXPECT_TRUE(path_in_project(root_.string(), "in/inside").ok());
  EXPECT_TRUE(path_in_project(root_.string(), "in/../in/lines.txt").ok());
  for (const char* bad : {"", "/etc/passwd", "../x", "in/../../x", "outside", "etc/passwd", "none", "in"}) {
    EXPECT_FALSE(path_in_project(root_.string(), bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace argosy
