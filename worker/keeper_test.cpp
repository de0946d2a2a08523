// The keeper with real processes: how tasks start, what they print, how they are stopped and killed.
#include <fcntl.h>
#include <sys/wait.h>

#include <fstream>

#include "worker/keeper_fixture.h"
#include "worker/process_mark.h"
#include "worker/process_tree.h"

namespace argosy::keeper {
namespace {

TEST_F(KeeperTest, TellsReadyThenStartThenExitCode) {
  const TaskToken task = bench->shell("echo out; echo err >&2; exit 7");
  const TaskExited end = bench->exited(task);
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.signal, 0);
  EXPECT_EQ(end.cause, EndCause::own_exit);
  EXPECT_EQ(end.swept, 0u);
  EXPECT_GT(end.usage.max_resident_bytes, 0u);
  EXPECT_GT(end.ran.us, 0);
  EXPECT_EQ(bench->output(task).out, "out\n");
  EXPECT_EQ(bench->output(task).err, "err\n");
  ASSERT_EQ(bench->events.size(), 3u);  // and nothing else was said
  EXPECT_EQ(std::get<KeeperReady>(bench->events[0]).pid, bench->client().pid());
  EXPECT_GT(std::get<TaskStarted>(bench->events[1]).pid, 0);
}

TEST_F(KeeperTest, TellsTheSignal) {
  EXPECT_EQ(bench->exited(bench->shell("kill -SEGV $$")).signal, SIGSEGV);
}

TEST_F(KeeperTest, GivesEachTaskAPlainWorld) {
  const TaskToken task =
      bench->shell("ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status; cat; pwd");
  EXPECT_EQ(bench->exited(task).exit_code, 0);
  EXPECT_EQ(bench->output(task).out,
            "0 1 2 3 SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n/\n");  // 3: ls reading
}

TEST_F(KeeperTest, SaysWhyACommandDoesNotStart) {
  const auto attempt = [&](const std::string& command) {
    StartOrder order;
    order.argv = {command};
    return bench->wait_for<TaskNotStarted>(bench->start(order));
  };
  std::ofstream(folder + "/plain") << "#!/bin/sh\n";
  std::ofstream(folder + "/lost") << "#!/no/such/interpreter\n";
  std::ofstream(folder + "/text") << "echo hello\n";
  chmod((folder + "/lost").c_str(), 0755);
  chmod((folder + "/text").c_str(), 0755);

  const TaskNotStarted missing = attempt("no-such-command");
  EXPECT_EQ(missing.step, StartStep::command);
  EXPECT_EQ(missing.error, ENOENT);
  EXPECT_EQ(missing.reason,
            "command not found: 'no-such-command' is in no folder of PATH=/usr/local/bin:/usr/bin:/bin");
  EXPECT_EQ(attempt("/no/such").reason, "command not found: '/no/such' does not exist in /");
  EXPECT_EQ(attempt(folder + "/plain").error, EACCES);
  EXPECT_NE(attempt(folder + "/plain").reason.find("chmod +x"), std::string::npos);
  EXPECT_NE(attempt(folder + "/lost").reason.find("interpreter"), std::string::npos);
  EXPECT_NE(attempt(folder + "/text").reason.find("begins with #!"), std::string::npos);
  EXPECT_NE(attempt("/tmp").reason.find("is a directory"), std::string::npos);
}

TEST_F(KeeperTest, SaysWhyADirectoryDoesNotDo) {
  StartOrder order;
  order.argv = {"/bin/true"};
  order.directory = "/no/such/directory";
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(bench->start(order)).step, StartStep::directory);
  order.directory.clear();
  order.fresh_directory = "/no/such/parent/fresh";
  const TaskNotStarted refused = bench->wait_for<TaskNotStarted>(bench->start(order));
  EXPECT_EQ(refused.step, StartStep::directory);
  EXPECT_EQ(refused.reason,
            "cannot make the working directory /no/such/parent/fresh: No such file or directory");
}

TEST_F(KeeperTest, NeverStartsUnderALeaseThatRanOut) {
  StartOrder order;
  order.argv = {"/bin/true"};
  order.lease_deadline = now_steady() - microseconds(1);
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(bench->start(order)).step, StartStep::lease);
}

TEST_F(KeeperTest, StartsWhatWaitsWhenItsTurnComes) {
  const TaskToken first = bench->shell("exit 0");
  bench->exited(first);
  const TaskToken running = bench->shell("echo ready; sleep 1000");
  StartOrder order;
  order.argv = {"/bin/true"};
  order.fresh_directory = folder + "/slot";
  order.after = first;  // ended already
  EXPECT_EQ(bench->exited(bench->start(order)).exit_code, 0);

  order.after = running;
  const TaskToken stopped = bench->start(order);
  order.after = stopped;
  order.lease_deadline = now_steady() + milliseconds(300);
  const TaskToken late = bench->start(order);
  order.after = running;
  const TaskToken next = bench->start(order);
  order.after = next;
  order.argv = {"no-such-command"};
  order.lease_deadline = {};
  const TaskToken failing = bench->start(order);
  order.after = failing;
  order.argv = {"/bin/true"};
  const TaskToken last = bench->start(order);
  bench->client().extend({next, now_steady() + seconds(600)});
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(late).step, StartStep::lease);
  bench->client().stop_task({stopped, seconds(1)});
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(stopped).step, StartStep::stopped);
  EXPECT_EQ(bench->find<TaskStarted>(next), nullptr);
  bench->client().stop_task({running, {}});
  EXPECT_EQ(bench->exited(next).exit_code, 0);
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(failing).step, StartStep::command);
  EXPECT_EQ(bench->exited(last).exit_code, 0);
}

TEST_F(KeeperTest, WhatLeavesTheQueueStartsNobody) {
  const TaskToken running = bench->shell("echo ready; sleep 1000");
  StartOrder order;
  order.argv = {"/bin/true"};
  order.after = running;
  const TaskToken recalled = bench->start(order);
  order.after = recalled;
  const TaskToken stopped = bench->start(order);
  order.after = stopped;
  const TaskToken last = bench->start(order);
  bench->client().recall({recalled});
  bench->client().recall({running});  // it was started: it goes on
  bench->client().stop_task({stopped, {}});
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(recalled).step, StartStep::recalled);
  EXPECT_EQ(bench->wait_for<TaskNotStarted>(stopped).step, StartStep::stopped);
  EXPECT_EQ(bench->find<TaskStarted>(last), nullptr);
  EXPECT_EQ(bench->find<TaskExited>(running), nullptr);
  bench->client().stop_task({running, {}});
  EXPECT_EQ(bench->exited(last).exit_code, 0);
}

TEST_F(KeeperTest, LosesNothingOfALargeOutput) {
  const TaskToken task = bench->shell("head -c 67108864 /dev/zero; head -c 1000000 /dev/zero >&2");
  EXPECT_EQ(bench->exited(task).exit_code, 0);
  EXPECT_EQ(bench->output(task).out.size(), 67108864u);
  EXPECT_EQ(bench->output(task).err.size(), 1000000u);
}

TEST_F(KeeperTest, CarriesLargeOrdersAndManyAtOnce) {
  std::vector<TaskToken> tasks;
  for (int i = 0; i < 150; ++i) {
    StartOrder order;
    order.argv = {"/bin/sh", "-c", "echo ${#0}", std::string(10000, 'x')};
    order.argv[2] += " # " + std::string(100000, '#');
    tasks.push_back(bench->start(order));
  }
  for (const TaskToken task : tasks) {
    EXPECT_EQ(bench->exited(task).exit_code, 0);
    EXPECT_EQ(bench->output(task).out, "10000\n");
  }
}

TEST_F(KeeperTest, StopsWithTermInTheGrace) {
  const TaskToken task = bench->shell("trap 'exit 9' TERM; echo ready; while :; do sleep 1000 & wait; done");
  bench->wait_for_output(task, "ready");
  bench->client().stop_task({task, seconds(600)});
  const TaskExited end = bench->exited(task);
  EXPECT_EQ(end.exit_code, 9);
  EXPECT_EQ(end.cause, EndCause::stopped);
}

TEST_F(KeeperTest, KillsATreeThatIgnoresTermAfterTheGrace) {
  const TaskToken task = bench->shell("trap '' TERM; setsid sleep 1000 & echo $!; sleep 1000");
  const int child = bench->printed_pid(task);
  bench->client().stop_task({task, milliseconds(50)});
  const TaskExited end = bench->exited(task);
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_EQ(end.cause, EndCause::stopped);
  EXPECT_FALSE(alive(child));
}

TEST_F(KeeperTest, KillsAtOnceWithoutGrace) {
  const TaskToken task = bench->shell("trap 'echo late' TERM; echo ready; sleep 1000; sleep 1000");
  bench->wait_for_output(task, "ready");
  bench->client().stop_task({task, {}});
  EXPECT_EQ(bench->exited(task).signal, SIGKILL);
  EXPECT_EQ(bench->output(task).out, "ready\n");
}

TEST_F(KeeperTest, EndsADaemonWithItsAttemptAndOnlyThat) {
  const TaskToken other =
      bench->shell("setsid -f sh -c 'echo $$; exec sleep 1000'; read never </dev/null; sleep 1000");
  const int others_daemon = bench->printed_pid(other);
  const TaskToken task = bench->shell("(setsid sleep 1000 & echo $!)");
  const int daemon = bench->printed_pid(task);
  const TaskExited end = bench->exited(task);
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.cause, EndCause::own_exit);
  EXPECT_EQ(end.swept, 1u);
  EXPECT_FALSE(alive(daemon));
  EXPECT_TRUE(alive(others_daemon));
  bench->client().stop_task({other, {}});
  bench->exited(other);
  EXPECT_FALSE(alive(others_daemon));
}

TEST_F(KeeperTest, KnowsADaemonWithoutItsEnvironment) {
  const TaskToken other = bench->shell("env -i setsid -f sh -c 'echo $$; exec sleep 1000'; sleep 1000");
  const int others_daemon = bench->printed_pid(other);
  const TaskToken task = bench->shell("(env -i setsid sleep 1000 & echo $!)");
  const int daemon = bench->printed_pid(task);
  EXPECT_EQ(bench->exited(task).swept, 1u);
  EXPECT_FALSE(alive(daemon));
  EXPECT_TRUE(alive(others_daemon));
}

TEST_F(KeeperTest, IsNotLedAstrayByForeignTokens) {
  StartOrder order;
  order.env = {"PATH=/usr/bin:/bin", "ARGOSY_WORKER_TOKEN=outer", "ARGOSY_ATTEMPT_TOKEN=1"};
  order.argv = {"/bin/sh", "-c",
                "env | grep -c ^ARGOSY_; env | grep -c =outer; "
                "ARGOSY_ATTEMPT_TOKEN=1 prlimit --rttime=1000000000:1000000000 setsid sleep 1000 & exit 0"};
  const TaskToken task = bench->start(order);
  EXPECT_EQ(bench->exited(task).swept, 1u);
  EXPECT_EQ(bench->output(task).out, "2\n0\n");
}

TEST_F(KeeperTest, EndsEvenADaemonThatHidesAllItsTraces) {
  const TaskToken task = bench->shell(
      "(env -i prlimit --rttime=1000000000:1000000000 setsid sleep 1000 & echo $!); read x </dev/null");
  const int daemon = bench->printed_pid(task);
  EXPECT_EQ(bench->exited(task).swept, 1u);
  EXPECT_FALSE(alive(daemon));
}

TEST_F(KeeperTest, KillsAtTheLeasesEndAndNotBeforeAnExtendedOne) {
  StartOrder order;
  order.argv = {"/bin/sleep", "6"};
  order.lease_deadline = now_steady() + seconds(5);  // a busy machine too extends it within that
  const TaskToken saved = bench->start(order);
  bench->client().extend({saved, now_steady() + seconds(600)});
  const TaskToken doomed = bench->shell("trap '' TERM; echo ready; sleep 1000");
  bench->wait_for_output(doomed, "ready");
  bench->end_lease_soon(doomed);
  EXPECT_EQ(bench->exited(doomed).cause, EndCause::lease_ran_out);
  const TaskExited end = bench->exited(saved);
  EXPECT_EQ(end.cause, EndCause::own_exit);
  EXPECT_EQ(end.signal, 0);
}

TEST_F(KeeperTest, KillsATreeAboveItsMemoryLimit) {
  StartOrder order;
  order.argv = {"/bin/sh", "-c", "sh -c 'x=$(head -c 100000000 /dev/zero | tr \"\\0\" x); sleep 1000'"};
  order.limits.memory_bytes = 50000000;
  const TaskExited end = bench->exited(bench->start(order));
  EXPECT_EQ(end.cause, EndCause::memory_limit);
  EXPECT_EQ(end.signal, SIGKILL);
}

TEST_F(KeeperTest, SetsLimits) {
  StartOrder order;
  order.argv = {"/bin/bash", "-c", "ulimit -n; ulimit -u"};
  order.limits = {.files = 77, .processes = 5000, .memory_bytes = {}};
  const TaskToken task = bench->start(order);
  EXPECT_EQ(bench->exited(task).exit_code, 0);
  EXPECT_EQ(bench->output(task).out, "77\n5000\n");
}

TEST_F(KeeperTest, EndsAForkBombThatItsLimitHolds) {
  if (geteuid() != 0) GTEST_SKIP() << "needs an account of its own";
  StartOrder order;
  order.user = TaskUser{64999, 64999, {}};
  order.limits.processes = 50;
  order.argv = {"/bin/sh", "-c", "b() { b | b & }; b; echo going; while :; do :; done 2>/dev/null"};
  const TaskToken task = bench->start(order);
  bench->wait_for_output(task, "going");
  bench->client().stop_task({task, {}});
  bench->exited(task);
  for (const int pid : all_processes()) {
    struct stat owner {};
    const bool there = stat(("/proc/" + std::to_string(pid)).c_str(), &owner) == 0;
    EXPECT_FALSE(there && owner.st_uid == order.user->uid) << pid;
  }
}

}  // namespace
}  // namespace argosy::keeper
