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
#include "worker/keeper_queue.h"
#include "worker/process.h"
#include "worker/process_directory.h"
#include "worker/process_mark.h"
#include "worker/process_spawn.h"
#include "worker/process_trash.h"
#include "worker/process_tree.h"

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
  struct Attempt {
    TaskToken token = 0;
    std::uint64_t serial = 0;  // counts starts; the mark of its processes
    int pid = 0;               // also group and session
    Time started;
    Time lease_deadline;
    std::optional<Time> kill_at;  // SIGTERM was sent, this is the end of the grace
    EndCause cause = EndCause::own_exit;
    bool killed = false;
    std::optional<std::uint64_t> memory_bytes;
    std::string fresh_directory;
    std::string secrets_path;
    std::optional<TaskExited> end;  // the main process has ended, others may live
  };

  // A process that lost its parent inside a task and became the keeper's child.
  struct Orphan {
    std::uint64_t owner = 0;       // serial of its attempt; 0: it hides
    std::uint64_t seen_after = 0;  // serial of the last start before it was first seen
    bool counted = false;
  };

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
  const std::vector<int>& look_for_orphans();
  std::uint64_t held_serial(std::uint64_t serial) const;  // 0 when no attempt has it
  std::uint64_t owner_of(int pid) const;
  bool belongs(const Orphan& orphan, const Attempt& attempt) const;
  bool kill_orphans(Attempt& attempt);
  void settle();
  void watch_memory(Time now);
  void watch(Time deadline);

  std::string worker_token_;
  std::uint64_t worker_mark_;
  FreshDirectories directories_;
  OwnChildren children_;
  std::uint64_t serial_;
  std::map<TaskToken, Attempt> held_;
  Queue queue_;
  bool seat_idle_ = false;          // an attempt ended, or did not start, and no other took its place
  std::map<int, TaskToken> mains_;  // pids not yet reaped
  std::map<int, Orphan> orphans_;
  std::size_t ended_ = 0;  // held attempts whose main process is gone
  std::size_t with_memory_limit_ = 0;
  Time next_memory_look_;
  Time next_due_;
};

}  // namespace argosy::keeper
