// keeper_bench [TASKS [SLOTS]]: /bin/true through the keeper beside bare posix_spawn and pipes, in the same
// run. Prints the best rate and the median processor time a task (worker + keeper + task) of many short
// rounds in turns, so that a neighbour on the machine disturbs the comparison little.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "worker/keeper_client.h"
#include "worker/keeper_clock.h"

extern char** environ;

namespace {

using argosy::keeper::KeeperClient;
using argosy::keeper::now_steady;

// Reads until the end, or until there is nothing for now; true at the end.
bool drain(int fd) {
  char bytes[4096];
  ssize_t n = 0;
  while ((n = read(fd, bytes, sizeof bytes)) > 0) {
  }
  return n == 0;
}

struct Figures {
  double rate = 0;
  double cpu_us = 0;         // a task, all processes
  double keeper_cpu_us = 0;  // of which the keeper
};

double own_cpu_us(int who) {
  rusage used{};
  getrusage(who, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

double process_cpu_us(int pid) {
  std::FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/schedstat").c_str(), "r");
  CHECK(file != nullptr);
  double ns = 0;
  CHECK(std::fscanf(file, "%lf", &ns) == 1);
  std::fclose(file);
  return ns / 1000;
}

struct BareTask {
  pid_t pid = 0;
  int fds[2] = {-1, -1};
};

void bare_start(BareTask& task) {
  int out[2];
  int err[2];
  CHECK(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  const char* argv[] = {"/bin/true", nullptr};
  CHECK(posix_spawn(&task.pid, argv[0], &actions, nullptr, const_cast<char**>(argv), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  task.fds[0] = out[0];
  task.fds[1] = err[0];
}

Figures bare_run(int tasks, int slots) {
  std::vector<BareTask> running(static_cast<std::size_t>(slots));
  int started = 0;
  int ended = 0;
  const double cpu_before = own_cpu_us(RUSAGE_SELF) + own_cpu_us(RUSAGE_CHILDREN);
  const std::int64_t begin = now_steady().us;
  while (ended < tasks) {
    std::vector<pollfd> fds;
    for (BareTask& task : running) {
      if (task.pid == 0 && started < tasks) {
        bare_start(task);
        ++started;
      }
      for (const int fd : task.fds) fds.push_back({fd, POLLIN, 0});
    }
    poll(fds.data(), fds.size(), -1);
    for (std::size_t i = 0; i < fds.size(); ++i) {
      BareTask& task = running[i / 2];
      if (fds[i].revents == 0 || !drain(fds[i].fd)) continue;
      close(fds[i].fd);
      task.fds[i % 2] = -1;
      if (task.fds[0] >= 0 || task.fds[1] >= 0) continue;
      CHECK(waitpid(task.pid, nullptr, 0) == task.pid);
      task.pid = 0;
      ++ended;
    }
  }
  const double rate = tasks * 1e6 / static_cast<double>(now_steady().us - begin);
  return {rate, (own_cpu_us(RUSAGE_SELF) + own_cpu_us(RUSAGE_CHILDREN) - cpu_before) / tasks, 0};
}

argosy::keeper::StartOrder order_of(std::uint64_t token, const std::string& directory) {
  argosy::keeper::StartOrder order;
  order.token = token;
  order.argv = {"/bin/true"};
  for (char** entry = environ; *entry != nullptr; ++entry) order.env.emplace_back(*entry);
  order.fresh_directory = directory;
  order.lease_deadline = {now_steady().us + 60000000};
  return order;
}

// Each slot has one task running and `ahead` waiting for its end.
Figures keeper_run(KeeperClient& keeper, int tasks, int slots, int ahead, const std::string& folder,
                   std::uint64_t& token) {
  struct Running {
    argosy::keeper::TaskPipes pipes;
    int slot;
  };
  std::map<std::uint64_t, Running> running;
  std::vector<int> free_slots;
  std::vector<std::uint64_t> last(static_cast<std::size_t>(slots));
  for (int i = 0; i < slots * (ahead + 1); ++i) free_slots.insert(free_slots.begin(), i % slots);
  std::vector<argosy::keeper::KeeperEvent> events;
  int started = 0;
  int ended = 0;
  double tasks_us = 0;
  const double own_before = own_cpu_us(RUSAGE_SELF);
  const double keeper_before = process_cpu_us(keeper.pid());
  const std::int64_t begin = now_steady().us;
  while (ended < tasks) {
    for (; started < tasks && !free_slots.empty(); ++started) {
      const int slot = free_slots.back();
      free_slots.pop_back();
      auto order = order_of(++token, folder.empty() ? "" : folder + "/" + std::to_string(slot));
      order.after = std::exchange(last[static_cast<std::size_t>(slot)], token);
      auto pipes = keeper.start(order);
      CHECK(pipes.ok());
      running.emplace(token, Running{*pipes, slot});
    }
    keeper.flush();
    pollfd fd{keeper.fd(), POLLIN, 0};
    poll(&fd, 1, 5);
    events.clear();
    keeper.receive(events);
    for (const auto& event : events) {
      CHECK(!std::holds_alternative<argosy::keeper::TaskNotStarted>(event) &&
            !std::holds_alternative<argosy::keeper::KeeperDied>(event));
      const auto* exit = std::get_if<argosy::keeper::TaskExited>(&event);
      if (exit == nullptr) continue;
      CHECK(exit->exit_code == 0 && exit->signal == 0);
      tasks_us += static_cast<double>((exit->usage.user_time + exit->usage.system_time).us);
      const auto [pipes, slot] = running.at(exit->token);
      free_slots.push_back(slot);
      CHECK(drain(pipes.out) && drain(pipes.err));
      close(pipes.out);
      close(pipes.err);
      running.erase(exit->token);
      ++ended;
    }
  }
  const double rate = tasks * 1e6 / static_cast<double>(now_steady().us - begin);
  const double keeper_us = process_cpu_us(keeper.pid()) - keeper_before;
  return {rate, (own_cpu_us(RUSAGE_SELF) - own_before + keeper_us + tasks_us) / tasks, keeper_us / tasks};
}

double median(const std::vector<Figures>& rounds, double Figures::*figure) {
  std::vector<double> values;
  for (const Figures& round : rounds) values.push_back(round.*figure);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double best(const std::vector<Figures>& rounds) {
  const auto slower = [](const Figures& a, const Figures& b) { return a.rate < b.rate; };
  return std::max_element(rounds.begin(), rounds.end(), slower)->rate;
}

void print(const char* name, const std::vector<Figures>& rounds, const std::vector<Figures>& bare) {
  const double rate = best(rounds);
  const double cpu = median(rounds, &Figures::cpu_us);
  std::printf("%-26s %6.0f tasks/s  ratio %.3f   %5.0f us of processor a task (keeper %3.0f)  ratio %.3f\n",
              name, rate, rate / best(bare), cpu, median(rounds, &Figures::keeper_cpu_us),
              median(bare, &Figures::cpu_us) / cpu);
}

}  // namespace

int main(int argc, char** argv) {
  const int tasks = argc > 1 ? std::atoi(argv[1]) : 400;
  const int slots = argc > 2 ? std::atoi(argv[2]) : 2;
  char folder[] = "/tmp/keeper_bench.XXXXXX";
  CHECK(mkdtemp(folder) != nullptr);
  auto keeper = KeeperClient::launch(
      {.command = {}, .worker_token = "bench", .trash_directory = std::string(folder) + "/trash"});
  CHECK(keeper.ok());
  std::vector<Figures> bare;
  std::vector<Figures> ahead;
  std::vector<Figures> kept;
  std::vector<Figures> plain;
  constexpr int rounds = 15;
  std::uint64_t token = 0;
  for (int round = 0; round < rounds; ++round) {
    bare.push_back(bare_run(tasks, slots));
    ahead.push_back(keeper_run(*keeper, tasks, slots, 1, folder, token));
    kept.push_back(keeper_run(*keeper, tasks, slots, 0, folder, token));
    plain.push_back(keeper_run(*keeper, tasks, slots, 0, "", token));
  }
  print("bare posix_spawn + pipes", bare, bare);
  print("keeper, one order ahead", ahead, bare);
  print("keeper, fresh directory", kept, bare);
  print("keeper, no directory", plain, bare);
  CHECK(keeper->stop(argosy::seconds(10)));
  rmdir((std::string(folder) + "/trash").c_str());
  rmdir(folder);
}
