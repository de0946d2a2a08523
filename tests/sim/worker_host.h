// A worker's host: the processes of its tasks, the keeper that holds them, and the disk with the spool. It outlives the worker.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/stage.h"
#include "tests/sim/workload.h"
#include "worker/effects.h"
#include "worker/events.h"

namespace argosy::sim {

// What the spool keeps of one attempt.
struct Spooled {
  SessionId session;
  ShardId shard;
  std::uint32_t life = 0;         // of the catalog, in which it began
  std::optional<AttemptEnd> end;
  std::vector<LogChunk> chunks;   // by offset
  std::uint64_t log_bytes = 0;    // written so far, dropped ones too
};

class WorkerHost {
 public:
  // What a task's process does that its worker would see; called whether a worker listens or not.
  struct Listener {
    std::function<void(AttemptRef, std::uint64_t pid)> started;
    std::function<void(const Deed&, std::uint32_t bytes)> wrote;
    std::function<void(AttemptRef, AttemptEnd)> ended;   // whole tree gone; log_bytes not yet set
    std::function<bool()> output_blocked;                // the spool is full: pipes are not read
  };

  WorkerHost(Stage& stage, const Workload& workload, std::string worker, HostClock clock);

  // The keeper of a session.
  void start_keeper(SessionId session, Listener listener);
  void worker_died();    // its socket closes: it kills every tree and exits
  void kill_keeper();    // the tasks' processes die with it
  bool keeper_up() const { return keeper_up_; }
  void reboot();         // nothing is left but the disk

  // `content`: SHA-256 of the files that the task finds; empty: none.
  void start_task(const worker::StartTask& order, std::string content);
  void extend(AttemptRef attempt, Time deadline);
  void stop(AttemptRef attempt, Duration grace);
  // Kills what earlier sessions left; calls `done` when nothing is left.
  void sweep(std::function<void()> done);

  // Some task would run for that long from now on.
  bool runs_for(Duration long_time) const;
  const HostClock& clock() const { return clock_; }

  // The disk.
  std::map<AttemptRef, Spooled> spool;
  std::vector<std::map<AttemptRef, Spooled>> set_aside;  // spools of catalogs that were restored since
  std::uint64_t incarnation = 0;   // of the catalog, as last heard
  SessionId last_session;
  Release last_release = Release::current;  // of the program that wrote this disk
  Epoch highest_epoch;
  std::string boot_id = "boot-1";

 private:
  struct RunningTask {
    std::uint64_t serial = 0;      // of this process: an earlier timer is void
    Deed deed;
    Behaviour plan;
    WallTime started_at;
    Time deadline;                 // on this host's clock
    std::size_t writes_done = 0;
    std::int32_t killed_by = 0;    // a signal is on its way
    EndReason reason = EndReason::succeeded;
    bool lease_ran_out = false;
    Duration held_up;              // its pipe was not read
  };

  RunningTask* find(AttemptRef attempt, std::uint64_t serial);
  void go_on(AttemptRef attempt, std::uint64_t serial);
  void guard(AttemptRef attempt, std::uint64_t serial);
  void kill(AttemptRef attempt, Duration within);
  void over(AttemptRef attempt, std::uint64_t serial, bool by_itself);
  AttemptEnd end_of(const RunningTask& task, bool by_itself) const;

  Stage& stage_;
  const Workload& workload_;
  std::string worker_;
  HostClock clock_;
  std::map<AttemptRef, RunningTask> tasks_;
  std::uint64_t last_serial_ = 0;
  bool keeper_up_ = false;
  std::uint64_t keeper_life_ = 0;
  SessionId keeper_session_;
  std::optional<Listener> listener_;
  std::uint64_t boots_ = 1;
};

}  // namespace argosy::sim
