#include "worker/folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fabric/test_folder.h"

namespace argosy::worker {
namespace {

namespace fs = std::filesystem;

TEST(FolderTest, KnowsItselfAgainAlsoWhenMoved) {
  fabric::TestFolder home;
  std::string token;
  {
    auto folder = Folder::open(home / "w1");
    ASSERT_TRUE(folder.ok());
    token = folder->token();
    ASSERT_TRUE(folder->remember(SessionId{7}, {}).ok());
  }
  fs::rename(home / "w1", home / "w2");
  auto again = Folder::open(home / "w2");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->token(), token);
  EXPECT_EQ(again->predecessor(), SessionId{7});
}

// A sweep by its token would kill the tasks of the worker in the folder that it was copied from, and naming the predecessor
// would prove dead what may run there.
TEST(FolderTest, ACopyIsAnotherFolder) {
  fabric::TestFolder home;
  auto folder = Folder::open(home / "w1");
  ASSERT_TRUE(folder.ok());
  ASSERT_TRUE(folder->remember(SessionId{7}, {}).ok());
  fs::copy(home / "w1", home / "w2", fs::copy_options::recursive);
  auto copy = Folder::open(home / "w2");
  ASSERT_TRUE(copy.ok());
  EXPECT_NE(copy->token(), folder->token());
  EXPECT_EQ(copy->predecessor(), SessionId{});
}

std::ptrdiff_t entries(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); }

TEST(FolderTest, WhatAttemptsOfAnEarlierSessionLeftIsNotForTheNext) {
  fabric::TestFolder home;
  auto folder = Folder::open(home / "w1");
  ASSERT_TRUE(folder.ok());
  std::ofstream(folder->at("outputs") / "1") << "total=of another task\n";
  fs::create_directories(folder->at("outputs") / "2" / "folder");
  std::ofstream(folder->at("secrets") / "1") << "PASSWORD='hunter2'\n";
  fs::create_directories(folder->at("work") / "0");
  std::ofstream(folder->at("work") / "0" / "file") << "large";
  std::ofstream(folder->at("spool") / "000000000001.spool");

  ASSERT_TRUE(folder->clear_attempts().ok());
  for (const char* name : {"outputs", "secrets", "work"}) EXPECT_EQ(entries(folder->at(name)), 0) << name;
  EXPECT_EQ(entries(folder->at("trash")), 1) << "the keeper removes it";
  EXPECT_EQ(entries(folder->at("spool")), 1) << "what is not recorded stays";
}

TEST(FolderTest, ALinkInPlaceOfOneOfItsFoldersIsRefusedAndNotFollowed) {
  fabric::TestFolder home;
  const fs::path theirs = home / "theirs";
  fs::create_directory(theirs);
  fs::permissions(theirs, fs::perms(0755));
  std::ofstream(theirs / "data") << "keep";
  for (const char* name : {"spool", "content", "work", "outputs", "secrets", "trash"}) {
    const fs::path worker = home / ("of-" + std::string(name)).c_str();
    {
      auto folder = Folder::open(worker);
      ASSERT_TRUE(folder.ok());
      fs::remove_all(worker / name);
      fs::create_directory_symlink(theirs, worker / name);
      const bool holds_attempts = name != std::string("spool") && name != std::string("content");
      EXPECT_EQ(folder->clear_attempts().ok(), !holds_attempts) << name;
    }
    auto again = Folder::open(worker);
    ASSERT_FALSE(again.ok()) << name;
    EXPECT_NE(again.error().message.find((worker / name).string() + " is a symbolic link"), std::string::npos) << again.error().message;
    EXPECT_NE(again.error().message.find("move it away"), std::string::npos) << again.error().message;
    EXPECT_TRUE(fs::is_symlink(worker / name)) << "for people to look at";
    fs::remove(worker / name);
    EXPECT_TRUE(Folder::open(worker).ok()) << name;
  }
  EXPECT_EQ(entries(theirs), 1);
  EXPECT_EQ(fs::status(theirs).permissions(), fs::perms(0755));
}

TEST(FolderTest, LookingForRoomFollowsNoLink) {
  fabric::TestFolder home;
  std::ofstream(home / "data") << "keep";
  fs::create_directory(home / "w1");
  fs::create_symlink(home / "data", home / "w1" / "room");
  EXPECT_TRUE(Folder::has_room(home / "w1"));
  EXPECT_EQ(fs::file_size(home / "data"), 4u);
}

TEST(FolderTest, IsForOneWorkerAtATime) {
  fabric::TestFolder home;
  auto folder = Folder::open(home / "w1");
  ASSERT_TRUE(folder.ok());
  EXPECT_FALSE(Folder::open(home / "w1").ok());
}

}  // namespace
}  // namespace argosy::worker
