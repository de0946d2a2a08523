// The keeper with real processes: when worker, keeper or guard are killed, stopped or gone.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <tuple>

#include "worker/keeper_fixture.h"
#include "worker/keeper_protocol.h"
#include "worker/orphans.h"
#include "worker/process_mark.h"

namespace argosy::keeper {
namespace {

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
int worker_process(const std::string& folder, const std::string& token, int tell,
                   const std::function<void(Bench&, TaskToken)>& then) {
  const int pid = fork();
  if (pid != 0) return pid;
  Bench worker(folder, token);
  const TaskToken task = worker.shell("trap '' TERM; (env -i setsid sleep 1000 & echo $!); sleep 1000");
  const int report[] = {worker.printed_pid(task), worker.wait_for<TaskStarted>(task).pid,
                        worker.client().pid(), worker.client().guard()};
  (void)!write(tell, report, sizeof report);
  then(worker, task);
  _exit(1);
}

TEST_F(KeeperTest, KillsAtTheLeasesEndWhileTheWorkerIsStopped) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int worker = worker_process(folder, "frozen", ends[1], [](Bench& frozen, TaskToken task) {
    frozen.end_lease_soon(task);
    raise(SIGSTOP);
    const bool well = frozen.exited(task).cause == EndCause::lease_ran_out && frozen.client().stop(bound);
    _exit(well ? 0 : 1);
  });
  int report[4] = {};
  ASSERT_EQ(read(ends[0], report, sizeof report), static_cast<ssize_t>(sizeof report));
  ASSERT_GT(*std::min_element(report, report + 4), 0);  // whoever never started would count as gone
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
  const int worker = worker_process(folder, "both", ends[1], [](Bench& both, TaskToken task) {
    both.end_lease_soon(task);
    raise(SIGSTOP);
  });
  int report[4] = {};
  ASSERT_EQ(read(ends[0], report, sizeof report), static_cast<ssize_t>(sizeof report));
  ASSERT_GT(*std::min_element(report, report + 4), 0);  // whoever never started would count as gone
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
  const int worker = worker_process(folder, "earlier", ends[1], [](Bench&, TaskToken) { pause(); });
  int report[4] = {};
  ASSERT_EQ(read(ends[0], report, sizeof report), static_cast<ssize_t>(sizeof report));
  ASSERT_GT(*std::min_element(report, report + 4), 0);  // whoever never started would count as gone
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

int status_of_keeper(const std::string& arguments) {
  const std::vector<std::string> command = default_keeper_command();
  const std::string keeper = command.front() + (command.size() > 1 ? " keeper " : " ");
  return WEXITSTATUS(std::system((keeper + arguments + " 2>/dev/null").c_str()));
}

TEST(KeeperMain, RefusesToBeStartedByPeople) { EXPECT_EQ(status_of_keeper("3>&-"), keeper_refuses); }

TEST_F(KeeperTest, RefusesAWorkerOfAnotherBuild) {
  setenv(worker_token_variable, "test", 1);
  const auto started_with = [&](const std::string& arguments) { return status_of_keeper(arguments + folder + "/trash 3</dev/null"); };
  EXPECT_EQ(started_with(""), keeper_refuses);  // as before there was a number
  EXPECT_EQ(started_with(std::to_string(keeper_protocol + 1) + " "), keeper_refuses);
  unsetenv(worker_token_variable);
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
