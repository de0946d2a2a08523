// The keeper with real processes: working directories, secrets, users.
#include <fcntl.h>

#include <fstream>

#include "worker/keeper_fixture.h"
#include "worker/process_directory.h"

namespace argosy::keeper {
namespace {

// A directory that was old when its attempt started is judged by its time of change alone.
TEST(FreshDirectoriesTest, SeesWhatWasDoneToAnOldOne) {
  char name[] = "/tmp/fresh_test.XXXXXX";
  const std::string folder = mkdtemp(name), path = folder + "/slot";
  Trash trash(folder + "/trash");
  FreshDirectories directories(trash, Duration{});
  const auto next_tick = [&] {  // of the clock that files are stamped with
    struct stat made {};
    ASSERT_EQ(stat(path.c_str(), &made), 0);
    timespec clock{};
    do {
      clock_gettime(CLOCK_REALTIME_COARSE, &clock);
    } while (clock.tv_sec == made.st_ctim.tv_sec && clock.tv_nsec <= made.st_ctim.tv_nsec);
  };
  const auto begin = [&] {
    ASSERT_EQ(directories.make(path, {}), 0);
    directories.clear(path);
    next_tick();
    ASSERT_EQ(directories.make(path, {}), 0);
  };
  begin();
  directories.clear(path);
  EXPECT_TRUE(std::filesystem::exists(path));
  for (const auto& act : {std::string("/file"), std::string()}) {
    ASSERT_EQ(directories.make(path, {}), 0);
    if (act.empty()) chmod(path.c_str(), 0755);
    else std::ofstream(path + act) << "left";
    directories.clear(path);
    EXPECT_FALSE(std::filesystem::exists(path)) << act;
    begin();
    directories.clear(path);
  }
  directories.clear_all();
  while (!trash.empty()) trash.step(100);
  std::filesystem::remove_all(folder);
}

TEST_F(KeeperTest, GivesAFreshDirectoryEachTimeAndClearsIt) {
  const std::string fresh = folder + "/slot";
  const std::string foreign = folder + "/foreign";
  std::ofstream(foreign) << "stays";
  StartOrder order;
  order.fresh_directory = fresh;
  order.argv = {"/bin/sh", "-c",
                "ls -A; pwd; mkdir -p a/b/c d; touch a/b/c/f; ln -s " + folder + " a/link; chmod 0 d a/b"};
  for (int i = 0; i < 3; ++i) {
    const TaskToken task = bench->start(order);
    EXPECT_EQ(bench->exited(task).exit_code, 0);
    EXPECT_EQ(bench->output(task).out, fresh + "\n");
    EXPECT_FALSE(std::filesystem::exists(fresh));
  }
  order.argv = {"/bin/sh", "-c", "ls -A; stat -c %a ."};
  for (int i = 0; i < 3; ++i) {
    const TaskToken task = bench->start(order);
    bench->exited(task);
    EXPECT_EQ(bench->output(task).out, "700\n");
  }
  order.argv = {"/bin/sh", "-c", "chmod 755 ."};
  bench->exited(bench->start(order));
  order.argv = {"/bin/sh", "-c", "stat -c %a ."};
  const TaskToken last = bench->start(order);
  bench->exited(last);
  EXPECT_EQ(bench->output(last).out, "700\n");
  EXPECT_TRUE(bench->client().stop(bound));
  EXPECT_TRUE(std::filesystem::is_empty(folder + "/trash"));
  EXPECT_FALSE(std::filesystem::exists(fresh));
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

TEST_F(KeeperTest, KeepsSecretsInAFileOfTheAttempt) {
  const std::string path = folder + "/secrets";
  StartOrder order;
  order.argv = {"/bin/sh", "-c", "stat -c %a " + path + "; cat " + path};
  order.secrets_path = path;
  order.secrets.append("K=v\n");
  const TaskToken task = bench->start(order);
  bench->exited(task);
  EXPECT_EQ(bench->output(task).out, "400\nK=v\n");
  EXPECT_FALSE(std::filesystem::exists(path));
  order.argv = {"/no/such"};
  bench->wait_for<TaskNotStarted>(bench->start(order));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(KeeperTest, RunsAsTheUserAsked) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  StartOrder order;
  order.user = TaskUser{65534, 65533, {65532}};
  order.fresh_directory = folder + "/slot";
  order.secrets_path = folder + "/secrets";
  order.secrets.append("K=v\n");
  order.argv = {"/bin/sh", "-c",
                "id -u; id -g; id -G; cat " + order.secrets_path + "; touch mine; (setsid sleep 1000 & )"};
  const TaskToken task = bench->start(order);
  EXPECT_EQ(bench->exited(task).swept, 1u);
  EXPECT_EQ(bench->output(task).out, "65534\n65533\n65533 65532\nK=v\n");
  EXPECT_EQ(bench->output(task).err, "");
}

}  // namespace
}  // namespace argosy::keeper
