// The processes of `argosy up`: starts them, hears that they are ready, restarts those that die, stops them in order.
//
// Each child is a role of this same program, in a process group of its own (Ctrl-C is ours to hand on, in order), with its
// output in a log file, and is killed when we die. Readiness is a READY=1 datagram on a socket of its own.
// Owner: one thread, which waits in wait(). Failure: in words, with the last line that the child wrote.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "client/trouble.h"
#include "fabric/poll.h"
#include "fabric/signals.h"

namespace argosy::client {

struct ChildSpec {
  std::string name;                    // "broker", "master", "w1"
  std::vector<std::string> arguments;  // behind the program
  std::filesystem::path log;
};

class Children {
 public:
  explicit Children(fabric::Signals& signals);  // must have SIGCHLD, SIGINT and SIGTERM
  ~Children();                                  // kills what is left
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  // Starts it and waits until it is ready. Failure: it ended before, with its own exit status, or a signal asked us to stop.
  Outcome<Done> start(const ChildSpec& spec);
  // The same for who may have to wait for long until it is ready: nobody waits for that.
  Outcome<Done> start_unheard(const ChildSpec& spec);
  // Keeps all running until SIGINT or SIGTERM.
  void keep();
  // SIGTERM, then waits; SIGKILL after `patience`, or when a second signal asks for it.
  void stop(const std::vector<std::string>& names, Duration patience);
  std::vector<std::string> names() const;

 private:
  struct Child {
    ChildSpec spec;
    pid_t pid = -1;                    // -1: not running
    Exit ended = Exit::failed;         // when it did not run any more
    bool ready = false;
    int notify_fd = -1;
    fabric::Token token = 0;
    std::uintmax_t log_begin = 0;
    Time started;
    Duration back_off = milliseconds(100);
    std::optional<Time> again;         // when to start it anew
    bool restarts = false;             // was ready once, or nobody waits for that; and is not being stopped
  };

  Child& add(const ChildSpec& spec);
  Status launch(Child& child);
  void turn(std::optional<Time> deadline);
  void reap();
  void on_end(Child& child, int status);
  void start_due();
  std::string last_words(const Child& child) const;

  fabric::Signals& signals_;
  fabric::PollSet polls_;
  std::map<std::string, Child> children_;
  int asked_ = 0;
};

}  // namespace argosy::client
