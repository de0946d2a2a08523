// Wakes a loop from another thread. Thread rule: notify() from any thread (and any number of times), the rest
// from the loop's.
#pragma once

namespace argosy::fabric {

class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  int fd() const { return fd_; }  // readable after a notify()
  void notify();
  void clear();  // call before looking at what the other thread left

 private:
  int fd_;
};

}  // namespace argosy::fabric
