// Signals as a descriptor. Construct in main() before any thread starts: the signals are blocked from then
// on, in all threads; children must be started with an empty signal mask. One at a time in a process. Thread
// rule: one thread.
#pragma once

#include <initializer_list>
#include <vector>

namespace argosy::fabric {

class Signals {
 public:
  explicit Signals(std::initializer_list<int> numbers);  // e.g. {SIGTERM, SIGINT, SIGCHLD}
  ~Signals();                                            // unblocks them again
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_; }
  std::vector<int> take();  // those that came since the last call; SIGCHLD once for any number of children

 private:
  int fd_;
  std::vector<int> numbers_;
};

}  // namespace argosy::fabric
