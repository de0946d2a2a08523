// Waiting: sockets, plain descriptors and a deadline in one call.
//
// libzmq's own descriptors are edge-triggered; a PollSet asks each socket for its state before and after it
// sleeps, so the owner may send and receive as it likes between waits. Deadlines are kept to tens of
// microseconds. Sockets and descriptors are borrowed: remove() them before they go. Thread rule: one thread;
// wake it by a Wakeup.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "fabric/pollable.h"

namespace argosy::fabric {

enum class Interest { read, write, read_write };

// What add() gave, what wait() tells.
using Token = std::uint64_t;

struct Readiness {
  Token token = 0;
  bool readable =
      false;  // sockets: something to receive or an event; descriptors: POLLIN, POLLHUP or POLLERR
  bool writable = false;  // only where change() or add() asked for it
};

class PollSet {
 public:
  PollSet();
  ~PollSet();
  PollSet(const PollSet&) = delete;
  PollSet& operator=(const PollSet&) = delete;

  Token add(Pollable& pollable);
  Token add(int fd, Interest interest = Interest::read);
  // Of a descriptor; of a ClientSocket too, which with write or read_write is also told once it takes a
  // message again (after Sent::full). Sockets are always told as readable.
  void change(Token token, Interest interest);
  void remove(Token token);

  // Sleeps until something is ready, a Pollable's own deadline comes (it is then told as readable), or
  // `deadline` passes. `ready` is replaced; empty: the deadline came, or a signal handler ran.
  void wait(std::optional<Time> deadline, std::vector<Readiness>& ready);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace argosy::fabric
