#include "worker/keeper_guard.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "worker/keeper.h"

namespace argosy::keeper {
namespace {

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

// Ends as the keeper ended.
[[noreturn]] void end_like(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    signal(number, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    sigprocmask(SIG_UNBLOCK, &one, nullptr);
    kill(getpid(), number);
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

[[noreturn]] void guard(pid_t keeper) {
  prctl(PR_SET_NAME, "argosy-guard");
  close_range(keeper_socket_fd, ~0U, 0);  // the worker hears of the keeper's end by its socket: nobody else may hold it
  (void)!chdir("/");
  while (true) {
    int status = 0;
    const pid_t changed = waitpid(keeper, &status, WUNTRACED);
    if (changed < 0 && errno == EINTR) continue;
    if (changed < 0) _exit(1);
    if (!WIFSTOPPED(status)) end_like(status);
    std::fprintf(stderr, "argosy keeper: it was stopped by signal %d; it holds deadlines and goes on\n", WSTOPSIG(status));
    kill(keeper, SIGCONT);
  }
}

}  // namespace

void become_guarded() {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    std::fprintf(stderr, "argosy keeper: no process for its guard; a keeper that is stopped stays stopped\n");
    return;
  }
  if (child > 0) {
    block_signals();
    guard(child);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // the guard died before we could ask to die with it
  setsid();                           // a signal to the guard's group is not for the keeper, nor the other way round
}

}  // namespace argosy::keeper
