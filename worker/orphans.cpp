#include "worker/orphans.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "worker/keeper.h"
#include "worker/keeper_clock.h"
#include "worker/process_mark.h"
#include "worker/process_tree.h"

namespace argosy::keeper {
namespace {

// A process held by its descriptor, so that its number cannot become somebody else's.
class Held {
 public:
  explicit Held(int pid) : pid_(pid), fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  Held(Held&& other) noexcept : pid_(other.pid_), fd_(std::exchange(other.fd_, -1)) {}
  Held& operator=(Held&&) = delete;
  ~Held() {
    if (fd_ >= 0) close(fd_);
  }

  int pid() const { return pid_; }

  // True when all its threads have ended, or within `wait_ms`.
  bool gone(int wait_ms) const {
    if (fd_ < 0) return true;
    pollfd fd{fd_, POLLIN, 0};
    return poll(&fd, 1, wait_ms) == 1;
  }

  void kill() const { syscall(SYS_pidfd_send_signal, fd_, SIGKILL, nullptr, 0); }

 private:
  int pid_;
  int fd_;
};

// Kills what `find` still finds alive, again and again, until two looks in a row find nothing: a process that
// forks and dies while /proc is being read can hide its child from one look.
template <class Find, class Bury>
Sweep sweep(Duration bound, const Find& find, const Bury& bury) {
  Sweep result;
  const Time end = now_steady() + bound;
  for (int clean_looks = 0; clean_looks < 2;) {
    std::vector<Held> dying;
    for (const int pid : find()) {
      Held held(pid);
      if (held.gone(0)) continue;
      dying.push_back(std::move(held));
    }
    bury();
    for (const Held& held : dying) {
      result.killed.push_back({held.pid(), command_name(held.pid())});
      held.kill();
    }
    for (const Held& held : dying) {
      const std::int64_t left_us = std::max<std::int64_t>((end - now_steady()).us, 0);
      if (!held.gone(static_cast<int>((left_us + 999) / 1000))) return result;
    }
    bury();
    clean_looks = dying.empty() ? clean_looks + 1 : 0;
    if (!dying.empty() && now_steady() > end) return result;
  }
  result.all_gone = true;
  return result;
}

bool bears_token(int pid, std::string_view token, std::uint64_t mark) {
  const auto found = read_mark(pid);
  if (found && found->worker == mark) return true;
  const auto value = environment_value(pid, worker_token_variable);
  return value && *value == token;
}

std::vector<int> own_ancestors() {
  std::vector<int> line;
  for (int pid = getpid(); pid > 0;) {
    line.push_back(pid);
    const auto stat = read_process_stat(pid);
    pid = stat ? stat->parent : 0;
  }
  return line;
}

}  // namespace

Sweep kill_descendants(Duration bound) {
  const auto find = [] {
    std::vector<int> tree;
    append_tree(getpid(), tree);
    tree.erase(tree.begin());
    return tree;
  };
  const auto bury = [] {
    for (const int pid : children_of(getpid())) waitpid(pid, nullptr, WNOHANG);
  };
  return sweep(bound, find, bury);
}

Sweep sweep_earlier_sessions(std::string_view worker_token, Duration bound) {
  const std::vector<int> spared = own_ancestors();
  const std::uint64_t mark = worker_mark(worker_token);
  const auto find = [&] {
    std::vector<int> found;
    for (const int pid : all_processes()) {
      if (std::find(spared.begin(), spared.end(), pid) == spared.end() &&
          bears_token(pid, worker_token, mark)) {
        found.push_back(pid);
      }
    }
    return found;
  };
  return sweep(bound, find, [] {});
}

}  // namespace argosy::keeper
