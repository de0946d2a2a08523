#include "fabric/hooks.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>

#include "fabric/clock.h"
#include "fabric/poll.h"
#include "fabric/test_folder.h"
#include "fabric/test_unkillable.h"

namespace argosy::fabric {
namespace {

HookEnd run(const Hook& hook, const std::map<std::string, std::string>& environment = {}) {
  const auto started = HookRun::start(hook, environment, read_steady());
  PollSet polls;
  if (started->fd() >= 0) polls.add(started->fd());
  std::vector<Readiness> ready;
  while (true) {
    if (auto end = started->take_end(read_steady())) return *end;
    polls.wait(started->deadline(), ready);
  }
}

TEST(Hooks, RunWithTheirEnvironmentAndKeepTheirOutput) {
  const HookEnd end =
      run({{"sh", "-c", "echo $ARGOSY_EPOCH; echo trouble >&2"}, seconds(20)}, {{"ARGOSY_EPOCH", "7"}});
  EXPECT_EQ(end.how, HookEnd::How::succeeded) << end.text();
  EXPECT_EQ(end.output, "7\ntrouble\n");
}

TEST(Hooks, TellHowTheyFailed) {
  const HookEnd exited = run({{"sh", "-c", "exit 3"}, seconds(20)});
  EXPECT_EQ(exited.how, HookEnd::How::failed);
  EXPECT_EQ(exited.text(), "exit status 3");
  EXPECT_EQ(run({{"sh", "-c", "kill -TERM $$"}, seconds(20)}).text(), "killed by signal 15");
  const HookEnd missing = run({{"/nonexistent/hook"}, seconds(20)});
  EXPECT_EQ(missing.how, HookEnd::How::not_started);
  EXPECT_TRUE(contains(missing.text(), "/nonexistent/hook")) << missing.text();
}

TEST(Hooks, AreKilledWithAllTheyStartedWhenTheirTimeIsOver) {
  const TestFolder folder;
  const std::string file = (folder / "child").string();
  const HookEnd end =
      run({{"sh", "-c", "tail -f /dev/null & echo $! > " + file + "; wait"}, milliseconds(300)});
  EXPECT_EQ(end.how, HookEnd::How::timed_out);
  pid_t child = 0;
  std::ifstream(file) >> child;
  if (child <= 0) return;  // it was killed before it could say so
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (pidfd < 0) return;  // gone already
  PollSet polls;
  polls.add(pidfd);
  std::vector<Readiness> ready;
  polls.wait(read_steady() + seconds(20), ready);
  EXPECT_EQ(ready.size(), 1u) << "the child outlived its hook";
  ::close(pidfd);
}

// As one that waits for a disk or a file server.
TEST(Hooks, HoldNobodyUpThoughTheyDoNotEnd) {
  const TestFolder folder;
  const std::string file = (folder / "process").string();
  const Hook hook{{"sh", "-c", "echo $$ > " + file + ".new; mv " + file + ".new " + file + "; exec tail -f /dev/null"}, seconds(20)};
  const auto run = HookRun::start(hook, {}, read_steady());
  PollSet polls;
  std::vector<Readiness> ready;
  pid_t pid = 0;
  while (!(std::ifstream(file) >> pid)) polls.wait(read_steady() + milliseconds(1), ready);
  Unkillable held(pid);
  if (!held.is_held()) GTEST_SKIP() << "nobody may trace here";
  const Time over = run->deadline();
  EXPECT_FALSE(run->take_end(over));  // killed
  EXPECT_FALSE(run->take_end(over));
  const auto end = run->take_end(run->deadline());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->how, HookEnd::How::timed_out);
  EXPECT_TRUE(contains(end->output, "does not end")) << end->output;
  EXPECT_FALSE(run->take_end(run->deadline()));
}

TEST(Hooks, CannotFillMemoryWithOutput) {
  const HookEnd end = run({{"sh", "-c", "yes | head -c 1000000; exit 0"}, seconds(20)});
  EXPECT_LE(end.output.size(), HookRun::kMaxOutput);
  EXPECT_EQ(end.how, HookEnd::How::succeeded) << end.text();
}

}  // namespace
}  // namespace argosy::fabric
