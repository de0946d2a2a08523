// Tasks beside keepers that die: scripts, which read their orders only when the test lets them.
#include "worker/tasks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "fabric/clock.h"
#include "fabric/test_folder.h"
#include "worker/keeper.h"
#include "worker/process_tree.h"

namespace argosy::worker {
namespace {

class TasksTest : public ::testing::Test {
 protected:
  TasksTest() {
    EXPECT_EQ(mkfifo((folder_ / "gate").c_str(), 0600), 0);
    std::ofstream(script_) << "#!/bin/sh\nread go < " << (folder_ / "gate").string() << "\nexec cat <&3 >/dev/null\n";
    std::filesystem::permissions(script_, std::filesystem::perms::owner_all);
    keeper::KeeperLaunch how{{script_.string()}, "test", (folder_ / "trash").string()};
    LaunchContext context{{folder_ / "work", folder_ / "outputs", folder_ / "secrets"}, fabric::KeyPair::generate(), ""};
    tasks_ = std::make_unique<Tasks>(std::move(context), std::move(how), *spool_, *contents_, poll_, SessionId{5}, false);
    EXPECT_TRUE(tasks_->launch_keeper().ok());
  }

  static AttemptRef attempt(std::uint64_t item) { return {{ExecutionId{1}, TaskNo{0}, ItemNo{item}}, AttemptNo{1}}; }

  // Its order is more than a socket holds.
  void start(std::uint64_t item) {
    auto spec = std::make_shared<TaskSpec>();
    spec->body.argv.assign(40, std::string(100'000, 'x'));
    tasks_->start(fabric::read_clock(), {attempt(item), ShardId{0}, spec, "", "", fabric::read_steady() + seconds(600), {}}, events_);
    tasks_->flush();
  }

  // What a turn of the loop finds ready; nothing when a minute passes.
  std::vector<fabric::Readiness> turn() {
    std::vector<fabric::Readiness> ready;
    poll_.wait(fabric::read_steady() + seconds(60), ready);
    for (const auto& each : ready) tasks_->ready(each, now_, events_);
    return ready;
  }

  void kill_keeper() {
    for (const int pid : keeper::children_of(getpid())) kill(pid, SIGKILL);
    turn();
  }

  // Whether there is a keeper, after so much more time.
  bool has_keeper_after(Duration time) {
    now_ = {now_.steady + time, now_.wall + time};
    tasks_->tend(now_, events_);
    return !keeper::children_of(getpid()).empty();
  }

  std::optional<EndReason> only_end() {
    if (events_.size() != 1 || !std::holds_alternative<TaskEnded>(events_[0])) return std::nullopt;
    const auto reason = std::get<TaskEnded>(events_[0]).end.reason;
    events_.clear();
    return reason;
  }

  fabric::TestFolder folder_;
  std::filesystem::path script_ = folder_ / "keeper";
  std::unique_ptr<Spool> spool_ = std::move(*Spool::open(folder_ / "spool", 1u << 20));
  std::unique_ptr<ContentCache> contents_ = std::move(*ContentCache::open(folder_ / "content", 1u << 20));
  fabric::PollSet poll_;
  std::unique_ptr<Tasks> tasks_;
  std::vector<Event> events_;
  Now now_ = fabric::read_clock();
};

TEST_F(TasksTest, ANewKeeperIsWrittenToAsTheOneThatDiedAmidAnOrder) {
  start(1);
  kill_keeper();
  EXPECT_EQ(only_end(), EndReason::keeper_died);
  EXPECT_FALSE(tasks_->trouble());
  start(2);
  std::ofstream(folder_ / "gate") << "go\n";
  const auto ready = turn();
  ASSERT_EQ(ready.size(), 1u) << "nobody tells that the new keeper has room for the rest of its order";
  EXPECT_TRUE(ready[0].writable);
}

TEST_F(TasksTest, ThatNoOtherKeeperCanBeLaunchedIsTold) {
  start(1);
  std::filesystem::remove(script_);
  kill_keeper();
  EXPECT_EQ(only_end(), EndReason::keeper_died);
  ASSERT_TRUE(tasks_->trouble());
  EXPECT_NE(tasks_->trouble()->message.find("cannot start the keeper"), std::string::npos);
  start(2);
  EXPECT_EQ(only_end(), EndReason::keeper_died);
}

// The programs were replaced while the worker ran.
TEST_F(TasksTest, AKeeperOfAnotherBuildEndsTheWorkersWork) {
  std::ofstream(folder_ / "new") << "#!/bin/sh\nexit " << keeper::keeper_refuses << "\n";
  std::filesystem::permissions(folder_ / "new", std::filesystem::perms::owner_all);
  std::filesystem::rename(folder_ / "new", script_);
  kill_keeper();
  start(1);
  while (events_.empty() && !turn().empty()) {
  }
  EXPECT_EQ(only_end(), EndReason::keeper_died);
  ASSERT_TRUE(tasks_->trouble());
  EXPECT_NE(tasks_->trouble()->message.find("another build"), std::string::npos);
  EXPECT_FALSE(has_keeper_after(seconds(600)));
}

TEST_F(TasksTest, KeepersThatDieSoonAreLaunchedAfterPausesThatGrow) {
  kill_keeper();
  EXPECT_TRUE(has_keeper_after({}));
  for (const auto pause : {milliseconds(100), milliseconds(200), milliseconds(400)}) {
    kill_keeper();
    EXPECT_EQ(tasks_->deadline(), now_.steady + pause);
    EXPECT_FALSE(has_keeper_after(pause - milliseconds(1)));
    EXPECT_TRUE(has_keeper_after(milliseconds(1)));
  }
  for (int i = 0; i < 10; ++i) kill_keeper(), has_keeper_after(seconds(10));  // no pause is longer
  kill_keeper();
  EXPECT_TRUE(has_keeper_after(seconds(10)));
  has_keeper_after(seconds(10));  // it lives
  kill_keeper();
  EXPECT_TRUE(has_keeper_after({}));
  EXPECT_TRUE(events_.empty());
}

TEST_F(TasksTest, WhatIsStartedInAPauseWaitsForTheNextKeeper) {
  kill_keeper();
  start(1);
  kill_keeper();
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_NE(std::get<TaskEnded>(events_[0]).end.detail.find("soon after its launch; the next one is launched in 100ms"), std::string::npos);
  events_.clear();
  for (const auto item : {2u, 3u, 4u}) start(item);
  EXPECT_TRUE(events_.empty());
  tasks_->stop(now_, {attempt(2), {}}, events_);
  EXPECT_EQ(only_end(), EndReason::stopped);
  tasks_->recall({attempt(3)}, events_);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(std::get<TaskRecalled>(events_[0]).attempt, attempt(3));
  events_.clear();
  EXPECT_TRUE(has_keeper_after(milliseconds(100)));
  EXPECT_TRUE(events_.empty());
  kill_keeper();
  ASSERT_EQ(events_.size(), 1u) << "the keeper was given what waited, and nothing else";
  EXPECT_EQ(std::get<TaskEnded>(events_[0]).end.attempt, attempt(4));
}

}  // namespace
}  // namespace argosy::worker
