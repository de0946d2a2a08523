// bare_spawner TASKS SLOTS: starts /bin/true TASKS times, SLOTS at a time, with posix_spawn, and reads its output through a
// pipe. Nothing is recorded, nobody is told: the limit that an engine on this machine stands beside. Prints one JSON object.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

extern char** environ;

namespace {

struct Slot {
  pid_t pid = -1;
  int fd = -1;
};

Slot start() {
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) std::exit(1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], 1);
  posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], 2);
  char program[] = "/bin/true";
  char* argv[] = {program, nullptr};
  Slot slot;
  if (posix_spawn(&slot.pid, program, &actions, nullptr, argv, environ) != 0) std::exit(1);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_fds[1]);
  slot.fd = pipe_fds[0];
  return slot;
}

// True when the task's output is at its end; it was waited for then.
bool drain(Slot& slot) {
  char bytes[4096];
  const ssize_t n = read(slot.fd, bytes, sizeof bytes);
  if (n > 0) return false;
  close(slot.fd);
  int status = 0;
  waitpid(slot.pid, &status, 0);
  slot.fd = -1;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int tasks = argc > 1 ? std::atoi(argv[1]) : 3000;
  const int slots = argc > 2 ? std::atoi(argv[2]) : 2;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Slot> running;
  std::vector<pollfd> polled;
  int started = 0, ended = 0;
  while (ended < tasks) {
    while (started < tasks && static_cast<int>(running.size()) < slots) {
      running.push_back(start());
      ++started;
    }
    polled.clear();
    for (const auto& slot : running) polled.push_back({slot.fd, POLLIN, 0});
    poll(polled.data(), polled.size(), -1);
    for (std::size_t i = running.size(); i-- > 0;) {
      if (polled[i].revents == 0 || !drain(running[i])) continue;
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      ++ended;
    }
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("{\"items\": %d, \"seconds\": %.6f, \"per_second\": %.1f}\n", tasks, took, tasks / took);
  return 0;
}
