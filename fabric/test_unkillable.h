// A process that does not end at SIGKILL, as one in an uninterruptible wait. For tests only.
//
// It is held at its exit by a tracer, a process of its own. Where this system lets nobody trace, is_held() is false.
#pragma once

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/check.h"

namespace argosy::fabric {

class Unkillable {
 public:
  explicit Unkillable(pid_t process) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    tracer_ = fork();
    if (tracer_ == 0) {
      const bool held = ptrace(PTRACE_SEIZE, process, 0, PTRACE_O_TRACEEXIT) == 0;
      (void)!write(ends[1], held ? "y" : "n", 1);
      while (true) pause();
    }
    char answer = 'n';
    held_ = read(ends[0], &answer, 1) == 1 && answer == 'y';
    close(ends[0]);
    close(ends[1]);
  }
  ~Unkillable() { release(); }
  Unkillable(const Unkillable&) = delete;
  Unkillable& operator=(const Unkillable&) = delete;

  bool is_held() const { return held_; }
  void release() {
    if (tracer_ <= 0) return;
    kill(tracer_, SIGKILL);
    waitpid(tracer_, nullptr, 0);
    tracer_ = -1;
  }

 private:
  pid_t tracer_ = -1;
  bool held_ = false;
};

}  // namespace argosy::fabric
