#include "worker/folder.h"

#include <gtest/gtest.h>

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

TEST(FolderTest, IsForOneWorkerAtATime) {
  fabric::TestFolder home;
  auto folder = Folder::open(home / "w1");
  ASSERT_TRUE(folder.ok());
  EXPECT_FALSE(Folder::open(home / "w1").ok());
}

}  // namespace
}  // namespace argosy::worker
