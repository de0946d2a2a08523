#include "fabric/private_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <set>

#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(folder)) names.insert(each.path().filename());
  return names;
}

TEST(PrivateFile, LeavesNothingBesideItWhenItFails) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "taken");
  EXPECT_FALSE(write_private_file(folder / "taken", "x", Existing::replace));
  ASSERT_TRUE(write_private_file(folder / "w1.key", "one", Existing::refuse));
  EXPECT_FALSE(write_private_file(folder / "w1.key", "two", Existing::refuse));
  EXPECT_EQ(*read_private_file(folder / "w1.key"), "one");
  EXPECT_EQ(names_in(folder / "."), (std::set<std::string>{"taken", "w1.key"}));
}

TEST(PrivateFile, TheNextWriterRemovesWhatAKilledOneLeft) {
  const TestFolder folder;
  const std::set<std::string> others{"w1.key.original.tmp", "w1.key.tmp", "w10.key.0123abcd.tmp", "w1.key.0123abcd"};
  for (const auto& name : others) ASSERT_TRUE(write_plain_file(folder / name.c_str(), "", Existing::refuse));
  ASSERT_TRUE(write_private_file(folder / "w1.key.0123abcd.tmp", "half", Existing::refuse));
  const auto living = folder / "w1.key.4567cdef.tmp";
  const int fd = ::open(living.c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  ASSERT_TRUE(write_private_file(folder / "w1.key", "whole", Existing::refuse));
  std::set<std::string> expected = others;
  expected.insert({"w1.key", "w1.key.4567cdef.tmp"});
  EXPECT_EQ(names_in(folder / "."), expected);
  ::close(fd);
  ASSERT_TRUE(write_private_file(folder / "w1.key", "again", Existing::replace));
  EXPECT_FALSE(std::filesystem::exists(living));
  EXPECT_EQ(*read_private_file(folder / "w1.key"), "again");
}

}  // namespace
}  // namespace argosy::fabric
