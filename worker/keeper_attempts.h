// Attempts: the process trees that a keeper holds, from order to "no process is left". The keeper's inner
// half, without its socket.
//
// Owner: keeper_main. Single thread. Events collect in `events` until the caller takes them. Required: this
// process is a subreaper, blocks all signals, and is the parent of nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "worker/keeper_orphans.h"
#include "worker/keeper_queue.h"
#include "worker/process.h"
#include "worker/process_directory.h"
#include "worker/process_mark.h"
#include "worker/process_spawn.h"
#include "worker/process_trash.h"

namespace argosy::keeper {

class Attempts {
 public:
  // `trash` outlives this object.
  Attempts(std::string worker_token, Trash& trash);

  // Takes up the order and the pipe ends.
  void start(const StartOrder& order, SpawnOutput output, Time now);
  void extend(const ExtendOrder& order, Time now);
  void stop(const StopOrder& order, Time now);
  void recall(const RecallOrder& order);

  // True when each attempt that ended lately had its successor at hand, and each that runs may have one too: nobody loses
  // by hearing of an end a little later. `said()` after the events were told.
  bool news_may_wait() const { return !seat_idle_ && !queue_.empty() && queue_.size() >= held_.size(); }
  bool anybody_waits() const { return !queue_.empty(); }
  void said() { seat_idle_ = false; }

  // Collects the dead, kills what outlived its attempt, tells the ends. Call after SIGCHLD.
  void reap();

  // When due() must be called next: a lease's end, a grace's end, a look at memory. Far away when there is
  // nothing.
  Time next_due() const;
  void due(Time now);

  // Kills every tree and all that descends from this process, and returns when no child is left.
  void end_all();

  std::vector<KeeperEvent> events;

 private:
  std::optional<SpawnFailure> launch(const StartOrder& order, SpawnOutput output, Attempt& attempt);
  void begin(const StartOrder& order, SpawnOutput output, Time now);
  void refuse(const Queue::Waiting& waiting, SpawnFailure why);
  void release(TaskToken ended);
  bool holds(TaskToken token) const;
  std::optional<SpawnFailure> prepare(const StartOrder& order, Attempt& attempt);
  void clear_files(const Attempt& attempt);
  void kill_tree(Attempt& attempt, EndCause cause);
  void kill_main_and_below(const Attempt& attempt);
  void main_ended(Attempt& attempt, int status, const void* usage);
  void settle();
  void watch_memory(Time now);
  void watch(Time deadline);

  std::string worker_token_;
  std::uint64_t worker_mark_;
  FreshDirectories directories_;
  Orphans orphans_;
  std::uint64_t serial_;
  Held held_;
  Queue queue_;
  bool seat_idle_ = false;          // an attempt ended, or did not start, and no other took its place
  std::map<int, TaskToken> mains_;  // pids not yet reaped
  std::size_t ended_ = 0;  // held attempts whose main process is gone
  std::size_t with_memory_limit_ = 0;
  Time next_memory_look_;
  Time next_due_;
};

}  // namespace argosy::keeper
