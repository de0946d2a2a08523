// The keeper with real processes. Every wait is for an event; the bounds only end a test that has failed
// already.
#include "worker/keeper.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "worker/keeper_client.h"
#include "worker/orphans.h"
#include "worker/process_directory.h"
#include "worker/process_mark.h"
#include "worker/process_tree.h"

namespace argosy::keeper {
namespace {

constexpr Duration bound = seconds(60);

Time now() {
  timespec t{};
  clock_gettime(CLOCK_BOOTTIME, &t);
  return {static_cast<std::int64_t>(t.tv_sec) * 1000000 + t.tv_nsec / 1000};
}

bool alive(int pid) {
  return kill(pid, 0) == 0;
}

// Waits for the end of a process that is not our child.
bool gone_within_bound(int pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd ready{fd, POLLIN, 0};
  const bool gone = poll(&ready, 1, static_cast<int>(bound.us / 1000)) == 1;
  close(fd);
  return gone;
}

struct Output {
  std::string out;
  std::string err;
};

// A worker of a few lines: one keeper, the output of each task in memory, events in order.
class Bench {
 public:
  explicit Bench(const std::string& folder, const std::string& token = "test")
      : client_(std::move(
            KeeperClient::launch({.command = {}, .worker_token = token, .trash_directory = folder + "/trash"})
                .value())) {}

  KeeperClient& client() { return client_; }
  const Output& output(TaskToken token) { return outputs_[token]; }

  TaskToken start(StartOrder order) {
    order.token = ++last_token_;
    if (order.env.empty()) order.env = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    if (order.lease_deadline.us == 0) order.lease_deadline = now() + seconds(600);
    const TaskPipes pipes = client_.start(order).value();
    pipes_[pipes.out] = &outputs_[order.token].out;
    pipes_[pipes.err] = &outputs_[order.token].err;
    return order.token;
  }

  TaskToken shell(const std::string& script) {
    StartOrder order;
    order.argv = {"/bin/sh", "-c", script};
    return start(order);
  }

  // Serves everything until `done`.
  void serve_until(const std::function<bool()>& done) {
    const Time end = now() + bound;
    while (!done() && now() < end) turn();
    EXPECT_TRUE(done()) << "waited too long";
  }

  void wait_for_output(TaskToken token, const std::string& text) {
    serve_until([&] { return outputs_[token].out.find(text) != std::string::npos; });
  }

  template <class Event>
  const Event* find(TaskToken token) const {
    for (const KeeperEvent& event : events) {
      const auto* found = std::get_if<Event>(&event);
      if (found != nullptr && found->token == token) return found;
    }
    return nullptr;
  }

  template <class Event>
  Event wait_for(TaskToken token) {
    serve_until([&] { return find<Event>(token) != nullptr; });
    const Event* found = find<Event>(token);
    return found != nullptr ? *found : Event{};
  }

  TaskExited exited(TaskToken token) {
    TaskExited end = wait_for<TaskExited>(token);
    read_pipes();
    return end;
  }

  // The number that a script printed first.
  int printed_pid(TaskToken token) {
    serve_until([&] { return outputs_[token].out.find('\n') != std::string::npos; });
    return std::atoi(outputs_[token].out.c_str());
  }

  bool keeper_died() const { return !events.empty() && std::holds_alternative<KeeperDied>(events.back()); }

  std::vector<KeeperEvent> events;

 private:
  void turn() {
    client_.flush();
    std::vector<pollfd> fds{{client_.fd(), POLLIN, 0}};
    for (const auto& [fd, text] : pipes_) fds.push_back({fd, POLLIN, 0});
    poll(fds.data(), keeper_died() ? 0 : fds.size(), 1000);
    client_.receive(events);
    read_pipes();
  }

  void read_pipes() {
    char bytes[65536];
    for (auto pipe = pipes_.begin(); pipe != pipes_.end();) {
      ssize_t n = 0;
      while ((n = read(pipe->first, bytes, sizeof bytes)) > 0)
        pipe->second->append(bytes, static_cast<std::size_t>(n));
      if (n == 0) close(pipe->first);
      pipe = n == 0 ? pipes_.erase(pipe) : std::next(pipe);
    }
  }

  KeeperClient client_;
  TaskToken last_token_ = 0;
  std::map<int, std::string*> pipes_;
  std::map<TaskToken, Output> outputs_;
};

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    char name[] = "/tmp/keeper_test.XXXXXX";
    folder = mkdtemp(name);
    chmod(folder.c_str(), 0755);
    bench.emplace(folder);
  }

  ~KeeperTest() override {
    if (bench) {
      EXPECT_TRUE(bench->client().stop(bound));
    }
    std::filesystem::remove_all(folder);
  }

  std::string folder;
  std::optional<Bench> bench;
};

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
  order.lease_deadline = now() - microseconds(1);
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
  order.lease_deadline = now() + milliseconds(300);
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
  bench->client().extend({next, now() + seconds(600)});
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
  order.argv = {"/bin/sh", "-c", "trap '' TERM; sleep 1000"};
  order.lease_deadline = now() + milliseconds(300);
  const TaskToken doomed = bench->start(order);
  order.argv = {"/bin/sleep", "1.3"};
  order.lease_deadline = now() + milliseconds(1000);
  const TaskToken saved = bench->start(order);
  bench->client().extend({saved, now() + seconds(600)});
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
  order.argv = {"/bin/bash", "-c", "ulimit -n; ulimit -u; ulimit -c; ulimit -f"};
  order.limits = {
      .files = 77, .processes = 5000, .core_bytes = 0, .file_bytes = 1024 * 1024, .memory_bytes = {}};
  const TaskToken task = bench->start(order);
  EXPECT_EQ(bench->exited(task).exit_code, 0);
  EXPECT_EQ(bench->output(task).out, "77\n5000\n0\n1024\n");
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
  order.secrets = "K=v\n";
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
  order.secrets = "K=v\n";
  order.argv = {"/bin/sh", "-c",
                "id -u; id -g; id -G; cat " + order.secrets_path + "; touch mine; (setsid sleep 1000 & )"};
  const TaskToken task = bench->start(order);
  EXPECT_EQ(bench->exited(task).swept, 1u);
  EXPECT_EQ(bench->output(task).out, "65534\n65533\n65533 65532\nK=v\n");
  EXPECT_EQ(bench->output(task).err, "");
}

TEST_F(KeeperTest, EndsEverythingWhenTheWorkersEndCloses) {
  const TaskToken task = bench->shell("trap '' TERM; (setsid sleep 1000 & echo $!); sleep 1000");
  const int daemon = bench->printed_pid(task);
  const int main = bench->wait_for<TaskStarted>(task).pid;
  const int keeper = bench->client().pid();
  const int guard = bench->client().guard();
  bench.reset();
  int status = 0;
  EXPECT_EQ(waitpid(guard, &status, 0), guard);
  EXPECT_FALSE(alive(keeper));
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(alive(main));
  EXPECT_FALSE(alive(daemon));
}

TEST_F(KeeperTest, LeavesOrphansToTheWorkerWhenItIsKilled) {
  const TaskToken task = bench->shell("(env -i setsid sleep 1000 & echo $!); sleep 1000");
  const int daemon = bench->printed_pid(task);
  const int main = bench->wait_for<TaskStarted>(task).pid;
  kill(bench->client().pid(), SIGKILL);
  bench->serve_until([&] { return bench->keeper_died(); });
  EXPECT_NE(std::get<KeeperDied>(bench->events.back()).reason.find("killed by signal 9"), std::string::npos);
  const Sweep sweep = kill_descendants(bound);
  EXPECT_TRUE(sweep.all_gone);
  EXPECT_FALSE(alive(main));
  EXPECT_FALSE(alive(daemon));
}

// A worker in a process of its own: starts one task, hands its first line to the test, then does as told.
int worker_process(const std::string& folder, const std::string& token, Duration lease, int tell,
                   const std::function<void(Bench&, TaskToken)>& then) {
  const int pid = fork();
  if (pid != 0) return pid;
  Bench worker(folder, token);
  StartOrder order;
  order.argv = {"/bin/sh", "-c", "trap '' TERM; (env -i setsid sleep 1000 & echo $!); sleep 1000"};
  order.lease_deadline = now() + lease;
  const TaskToken task = worker.start(order);
  const int report[] = {worker.printed_pid(task), worker.wait_for<TaskStarted>(task).pid,
                        worker.client().pid(), worker.client().guard()};
  (void)!write(tell, report, sizeof report);
  then(worker, task);
  _exit(1);
}

TEST_F(KeeperTest, KillsAtTheLeasesEndWhileTheWorkerIsStopped) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int worker =
      worker_process(folder, "frozen", milliseconds(1500), ends[1], [](Bench& frozen, TaskToken task) {
        raise(SIGSTOP);
        const bool well = frozen.exited(task).cause == EndCause::lease_ran_out && frozen.client().stop(bound);
        _exit(well ? 0 : 1);
      });
  int report[4] = {};
  ASSERT_EQ(read(ends[0], report, sizeof report), static_cast<ssize_t>(sizeof report));
  int status = 0;
  ASSERT_EQ(waitpid(worker, &status, WUNTRACED), worker);
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_TRUE(gone_within_bound(report[1]));
  EXPECT_TRUE(gone_within_bound(report[0]));
  kill(worker, SIGCONT);
  ASSERT_EQ(waitpid(worker, &status, 0), worker);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(ends[1]);
}

// A bug that a drill found: worker and keeper stopped, and the tasks ran on beside their successors.
TEST_F(KeeperTest, KillsAtTheLeasesEndWhileWorkerAndKeeperAreStopped) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int worker =
      worker_process(folder, "both", milliseconds(1500), ends[1], [](Bench&, TaskToken) { raise(SIGSTOP); });
  int report[4] = {};
  ASSERT_EQ(read(ends[0], report, sizeof report), static_cast<ssize_t>(sizeof report));
  const auto [daemon, main, keeper, guard] = std::tuple(report[0], report[1], report[2], report[3]);
  EXPECT_NE(keeper, guard);
  ASSERT_EQ(waitpid(worker, nullptr, WUNTRACED), worker);
  kill(keeper, SIGSTOP);
  EXPECT_TRUE(gone_within_bound(main));
  EXPECT_TRUE(gone_within_bound(daemon));
  EXPECT_TRUE(alive(keeper));
  kill(worker, SIGKILL);
  ASSERT_EQ(waitpid(worker, nullptr, 0), worker);
  for (const int pid : {keeper, guard}) EXPECT_TRUE(gone_within_bound(pid));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(KeeperTest, DiesWithItsGuardAndItsTasksWithIt) {
  const TaskToken task = bench->shell("(env -i setsid sleep 1000 & echo $!); sleep 1000");
  const int daemon = bench->printed_pid(task);
  const int main = bench->wait_for<TaskStarted>(task).pid;
  kill(bench->client().guard(), SIGKILL);
  bench->serve_until([&] { return bench->keeper_died(); });
  EXPECT_TRUE(kill_descendants(bound).all_gone);
  for (const int pid : {main, daemon, bench->client().pid()}) EXPECT_FALSE(alive(pid));
}

TEST_F(KeeperTest, ANewSessionSweepsWhatAnEarlierOneLeft) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int worker =
      worker_process(folder, "earlier", seconds(600), ends[1], [](Bench&, TaskToken) { pause(); });
  int report[4] = {};
  ASSERT_EQ(read(ends[0], report, sizeof report), static_cast<ssize_t>(sizeof report));
  const auto [daemon, main, keeper, guard] = std::tuple(report[0], report[1], report[2], report[3]);
  kill(guard, SIGSTOP);  // or it would not let the keeper be stopped
  kill(keeper, SIGSTOP);  // or it would sweep by itself
  kill(worker, SIGKILL);
  ASSERT_EQ(waitpid(worker, nullptr, 0), worker);
  EXPECT_TRUE(alive(main));
  EXPECT_TRUE(sweep_earlier_sessions("another", bound).killed.empty());
  const Sweep sweep = sweep_earlier_sessions("earlier", bound);
  EXPECT_TRUE(sweep.all_gone);
  EXPECT_GE(sweep.killed.size(), 2u);
  for (const int pid : {keeper, guard, main, daemon}) EXPECT_TRUE(gone_within_bound(pid));
  close(ends[0]);
  close(ends[1]);
}

TEST(KeeperMain, RefusesToBeStartedByPeople) {
  const std::vector<std::string> command = default_keeper_command();
  const std::string quiet = command.front() + (command.size() > 1 ? " keeper" : "") + " 2>/dev/null 3>&-";
  EXPECT_EQ(WEXITSTATUS(std::system(quiet.c_str())), 2);
}

[[noreturn]] void launch_with_few_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 200;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::string folder = ::testing::TempDir() + "keeper-files-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  std::string told;
  {
    Bench bench(folder);
    const TaskToken task = bench.shell("ulimit -Sn");
    bench.exited(task);
    told = bench.output(task).out;
  }
  std::filesystem::remove_all(folder);
  getrlimit(RLIMIT_NOFILE, &limit);
  _exit(told == "200\n" && limit.rlim_cur == limit.rlim_max ? 0 : 1);
}

TEST(KeeperClientTest, TakesAllDescriptorsAndLeavesTasksTheirLimit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a process of its own: its first launch counts
  EXPECT_EXIT(launch_with_few_descriptors(), ::testing::ExitedWithCode(0), "");
}

TEST(KeeperClientTest, RefusesABadToken) {
  EXPECT_FALSE(
      KeeperClient::launch({.command = {}, .worker_token = "a b", .trash_directory = "/tmp/x"}).ok());
}

TEST(ProcessMarkTest, SurvivesTheRoundTripThroughTheKernel) {
  rlimit mine{};
  getrlimit(RLIMIT_RTTIME, &mine);
  const ProcessMark mark{worker_mark("w1"), 42};
  EXPECT_NE(worker_mark("w1"), worker_mark("w2"));
  const int child = fork();
  if (child == 0) {
    const rlimit limit = mark_limit(mark);
    if (setrlimit(RLIMIT_RTTIME, &limit) != 0) _exit(2);
    const auto found = read_mark(getpid());
    _exit(found && found->worker == mark.worker && found->serial == mark.serial ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace argosy::keeper
