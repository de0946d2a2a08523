// Runs the hooks of a broker: those that the machine waits for one after another, alarms beside them.
//
// A hook that is not configured succeeds at once, save for `fence`: there the folders of peers on this host are
// used, where the configuration names them. Thread rule: the broker's loop.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/config.h"
#include "broker/effects.h"
#include "broker/events.h"
#include "broker/process_mark.h"
#include "fabric/hooks.h"
#include "fabric/poll.h"

namespace argosy::broker {

class HookRunner {
 public:
  HookRunner(fabric::PollSet& polls, const Config& config) : polls_(polls), config_(config) {}
  ~HookRunner();

  void order(const HookOrder& order, Time now, std::vector<Event>& ended);
  // What is not started yet is let be. Nothing is told of it.
  void fence_no_more();
  void alarm(const Alarm& alarm, const Epoch& epoch, Time now);
  void take(Time now, std::vector<Event>& ended);
  std::optional<Time> deadline() const;  // call take() then

 private:
  // One hook, for one peer if it is `fence`.
  struct Task {
    HookRunId run;
    HookKind kind = HookKind::fence;
    std::string peer;
    Epoch epoch;
    bool last = false;  // of its run
    std::string alarm;
  };
  struct Running {
    std::unique_ptr<fabric::HookRun> process;
    std::optional<Fencing> fencing;  // instead of a process
    fabric::Token token = 0;
    Task task;
  };

  void start(std::optional<Running>& line, Task task, const HookConfig& hook, Time now);
  void start_alarm(Time now);
  std::optional<fabric::HookEnd> take_end(std::optional<Running>& line, Time now);
  void go_on(Time now, std::vector<Event>& ended);
  void end(const Task& task, bool ok, const std::string& text, std::vector<Event>& ended);
  const HookConfig& hook_of(HookKind kind) const;
  void fence_here(Task task, Time now, std::vector<Event>& ended);

  fabric::PollSet& polls_;
  const Config& config_;
  std::deque<Task> tasks_;
  std::deque<Task> alarms_;
  std::optional<Running> running_;
  std::optional<Running> alarming_;
  HookRunId failed_;  // the rest of that run is not run
};

}  // namespace argosy::broker
