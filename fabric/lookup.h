// The address behind the name in an endpoint, found on a thread of its own: a name server may keep whoever asks waiting for
// half a minute, and no loop can.
//
// Owner's loop: wait for fd() to be readable, then take(). One that is given up ends by itself. Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace argosy::fabric {

// The two halves of "tcp://HOST:PORT"; an IPv6 host stands in brackets.
struct HostAndPort {
  std::string host;  // without brackets
  std::string port;
  bool six = false;  // in brackets: IPv6, as ClientSocket takes it
};
Result<HostAndPort> split_endpoint(const std::string& endpoint);

// Whether there is nothing to look up.
bool is_numeric(const HostAndPort& parts);

class Lookup {
 public:
  explicit Lookup(const HostAndPort& parts);
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  int fd() const;
  std::optional<Result<std::string>> take();  // "tcp://ADDRESS:PORT", once; nothing: it is under way

 private:
  struct State;
  std::shared_ptr<State> state_;  // the thread's too
};

}  // namespace argosy::fabric
