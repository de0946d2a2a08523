// A knock at a TCP address: whether anybody listens there. Nothing is said; a connection that is made is closed
// at once.
//
// libzmq tells that a try failed, not why; "nobody listens" (the address answers, and refuses) is a proof that
// no process has the port, where silence is none. It takes addresses, not names: lookup.h.
// Owner's loop: start(); wait for fd() to be writable, or deadline(); take_answer(). Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace argosy::fabric {

class Knock {
 public:
  enum class Answer {
    listening,  // a connection was made
    refused,    // nobody listens
    silence,    // no answer in time, or no way there
  };

  // Failure: not "tcp://ADDRESS:PORT".
  static Result<Knock> at(const std::string& endpoint);
  ~Knock();
  Knock(Knock&&) noexcept;
  Knock& operator=(Knock&&) = delete;

  void start(Time now, Duration patience);  // ends the one before
  bool under_way() const { return fd_ >= 0; }
  int fd() const { return fd_; }            // -1: not under way
  Time deadline() const { return until_; }
  std::optional<Answer> take_answer(Time now);  // nothing: it is still under way, or there is none

 private:
  struct Address;
  explicit Knock(std::unique_ptr<Address> address);
  void hang_up();

  std::unique_ptr<Address> address_;
  int fd_ = -1;
  std::optional<Answer> at_once_;
  Time until_;
};

}  // namespace argosy::fabric
