// Hooks: commands that an operator configured (on_activate, on_deactivate, fence, on_alarm), run beside the
// loop.
//
// A hook runs in a process group of its own, with standard input from /dev/null, and its output kept up to a
// bound. When its time is over, the whole group gets SIGKILL; one that does not end even then is told as timed out, and
// reaped aside whenever it ends: nothing here waits. Owner's loop: wait for fd() or deadline(), then
// ask take_end(). An owner that reaps children by SIGCHLD must reap only those that it knows: a hook is
// reaped here. Failure: a command that cannot be started is a HookEnd too, so the owner has one place to
// look. Thread rule: one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace argosy::fabric {

struct Hook {
  std::vector<std::string> command;  // a program, found on PATH, and its arguments; never a shell's line
  Duration timeout = seconds(5);
};

struct HookEnd {
  enum class How { succeeded, failed, timed_out, not_started };
  How how = How::not_started;
  int exit_code = 0;   // failed by an exit status
  int signal = 0;      // failed or timed_out by a signal
  std::string output;  // stdout and stderr together, the first kMaxOutput bytes; why it did not start
  Duration took;

  std::string text() const;  // "exit status 3", "killed by signal 9", "timed out after 5000 ms", …
};

class HookRun {
 public:
  static constexpr std::size_t kMaxOutput = 16 * 1024;  // what it writes beyond this fails with EPERM

  // `environment` is added to this process's own, and wins.
  static std::unique_ptr<HookRun> start(const Hook& hook,
                                        const std::map<std::string, std::string>& environment, Time now);
  ~HookRun();  // kills what still runs

  int fd() const;                             // readable once it ended; -1: it did not start
  Time deadline() const;                      // call take_end() then
  std::optional<HookEnd> take_end(Time now);  // nothing: it still runs; afterwards the object is done

 private:
  struct State;
  explicit HookRun(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace argosy::fabric
