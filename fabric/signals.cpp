#include "fabric/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "base/check.h"

namespace argosy::fabric {
namespace {

sigset_t set_of(const std::vector<int>& numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) CHECK(sigaddset(&set, number) == 0);
  return set;
}

}  // namespace

Signals::Signals(std::initializer_list<int> numbers) : numbers_(numbers) {
  const sigset_t set = set_of(numbers_);
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  fd_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  CHECK(fd_ >= 0);
}

Signals::~Signals() {
  ::close(fd_);
  const sigset_t set = set_of(numbers_);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::vector<int> Signals::take() {
  std::vector<int> taken;
  signalfd_siginfo info;
  while (::read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    taken.push_back(static_cast<int>(info.ssi_signo));
  }
  return taken;
}

}  // namespace argosy::fabric
