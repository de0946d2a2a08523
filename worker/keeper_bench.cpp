// keeper_bench [TASKS [SLOTS]]: /bin/true through the keeper beside bare posix_spawn and pipes, in the same
// run. Prints both rates and their ratio; the median of five interleaved rounds.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "worker/keeper_client.h"

extern char** environ;

namespace {

using argosy::keeper::KeeperClient;

std::int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000000 + now.tv_nsec / 1000;
}

// Reads until the end, or until there is nothing for now; true at the end.
bool drain(int fd) {
  char bytes[4096];
  ssize_t n = 0;
  while ((n = read(fd, bytes, sizeof bytes)) > 0) {
  }
  return n == 0;
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

double bare_rate(int tasks, int slots) {
  std::vector<BareTask> running(static_cast<std::size_t>(slots));
  int started = 0;
  int ended = 0;
  const std::int64_t begin = now_us();
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
  return tasks * 1e6 / static_cast<double>(now_us() - begin);
}

argosy::keeper::StartOrder order_of(std::uint64_t token, const std::string& directory) {
  argosy::keeper::StartOrder order;
  order.token = token;
  order.argv = {"/bin/true"};
  for (char** entry = environ; *entry != nullptr; ++entry) order.env.emplace_back(*entry);
  order.fresh_directory = directory;
  order.lease_deadline = {now_us() + 60000000};
  return order;
}

double keeper_rate(KeeperClient& keeper, int tasks, int slots, const std::string& folder,
                   std::uint64_t& token) {
  struct Running {
    argosy::keeper::TaskPipes pipes;
    int slot;
  };
  std::map<std::uint64_t, Running> running;
  std::vector<int> free_slots;
  for (int slot = 0; slot < slots; ++slot) free_slots.push_back(slot);
  std::vector<argosy::keeper::KeeperEvent> events;
  int started = 0;
  int ended = 0;
  const std::int64_t begin = now_us();
  while (ended < tasks) {
    for (; started < tasks && !free_slots.empty(); ++started) {
      const int slot = free_slots.back();
      free_slots.pop_back();
      auto pipes = keeper.start(order_of(++token, folder.empty() ? "" : folder + "/" + std::to_string(slot)));
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
      const auto [pipes, slot] = running.at(exit->token);
      free_slots.push_back(slot);
      CHECK(drain(pipes.out) && drain(pipes.err));
      close(pipes.out);
      close(pipes.err);
      running.erase(exit->token);
      ++ended;
    }
  }
  return tasks * 1e6 / static_cast<double>(now_us() - begin);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int tasks = argc > 1 ? std::atoi(argv[1]) : 3000;
  const int slots = argc > 2 ? std::atoi(argv[2]) : 2;
  char folder[] = "/tmp/keeper_bench.XXXXXX";
  CHECK(mkdtemp(folder) != nullptr);
  auto keeper = KeeperClient::launch(
      {.command = {}, .worker_token = "bench", .trash_directory = std::string(folder) + "/trash"});
  CHECK(keeper.ok());
  std::vector<double> bare;
  std::vector<double> kept;
  std::vector<double> plain;
  std::uint64_t token = 0;
  for (int round = 0; round < 5; ++round) {
    bare.push_back(bare_rate(tasks, slots));
    kept.push_back(keeper_rate(*keeper, tasks, slots, folder, token));
    plain.push_back(keeper_rate(*keeper, tasks, slots, "", token));
  }
  std::printf("bare posix_spawn + pipes   %6.0f tasks/s\n", median(bare));
  std::printf("keeper, fresh directory    %6.0f tasks/s   ratio %.3f\n", median(kept),
              median(kept) / median(bare));
  std::printf("keeper, no directory       %6.0f tasks/s   ratio %.3f\n", median(plain),
              median(plain) / median(bare));
  CHECK(keeper->stop(argosy::seconds(10)));
  rmdir((std::string(folder) + "/trash").c_str());
  rmdir(folder);
}
