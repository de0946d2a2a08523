// What the worker asks the keeper to run, and what it hears back: plain structs, std only, no I/O.
//
// Owner: the worker makes orders and takes events; KeeperClient (worker/keeper_client.h) carries both.
// A token names one attempt on this worker. The worker chooses it, it is never 0 and never used again by one
// worker process. Every StartOrder is answered by TaskStarted then TaskExited, or by TaskNotStarted alone,
// unless the keeper dies first (KeeperDied). Paths are absolute. Times are CLOCK_BOOTTIME, walls UTC, all in
// microseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "worker/secret_text.h"

namespace argosy::keeper {

using TaskToken = std::uint64_t;

// The account a task runs under; only a keeper that is root can obey.
struct TaskUser {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary groups, wholly replaced
};

// What ends or bounds a task's processes. Absent: what the worker itself has, memory: no limit.
struct TaskLimits {
  std::optional<std::uint64_t> files;      // open descriptors a process
  std::optional<std::uint64_t> processes;  // of the account, on the whole host (RLIMIT_NPROC); root is exempt
  std::optional<std::uint64_t> memory_bytes;  // resident bytes of the whole tree; above it SIGKILL
};

// With `after` a worker hands over the next attempt of a slot before the slot is free, so that no processor idles while
// keeper and worker talk. What waits can be extended and stopped; its lease can run out.
struct StartOrder {
  TaskToken token = 0;
  TaskToken after = 0;  // wait until this attempt has ended, then start at once; 0, unknown or ended: start now
  std::vector<std::string> argv;  // at least one; argv[0] without '/' is looked up in PATH of `env`
  std::vector<std::string> env;   // "K=V", the whole environment; the keeper adds its two tokens
  std::string fresh_directory;    // empty, 0700, the task's user's; cleared at the end; "": none; reuse paths: it is cheaper
  std::string links_from;         // each entry of this folder appears in fresh_directory as a symbolic link; "": none
  std::string directory;        // where the process starts; "": fresh_directory, else "/"
  std::optional<TaskUser> user;
  TaskLimits limits;
  Time lease_deadline;  // the tree is killed at this moment, without grace
  std::string secrets_path;  // "": none; the file is 0400, the task's user's, removed before TaskExited
  SecretText secrets;
};

// token 0: every attempt that the keeper holds. A deadline that has passed cannot be extended.
struct ExtendOrder {
  TaskToken token = 0;
  Time lease_deadline;
};

// SIGTERM to the process group, SIGKILL to the whole tree after `grace`; grace 0: SIGKILL at once. An unknown
// or ended token is ignored: its TaskExited is on the way. A second one can only shorten the grace.
struct StopOrder {
  TaskToken token = 0;
  Duration grace;
};

// Takes an order back whose turn has not come: TaskNotStarted with `recalled`. One that was started, has ended or is
// unknown goes on as if nothing was said. Who waited for it waits for what it waited for.
struct RecallOrder {
  TaskToken token = 0;
};

struct KeeperReady {
  std::int32_t pid = 0;
};

struct TaskStarted {
  TaskToken token = 0;
  std::int32_t pid = 0;  // also its process group and its session
  WallTime at;
};

// `stopped`, `recalled`: a StopOrder or RecallOrder came while it waited for another's end.
enum class StartStep : std::uint8_t { lease = 1, directory, secrets, process, limits, user, command, stopped, recalled };

struct TaskNotStarted {
  TaskToken token = 0;
  StartStep step = StartStep::process;
  std::int32_t error = 0;  // errno
  std::string reason;      // for people: what, where, what to do
};

enum class EndCause : std::uint8_t {
  own_exit = 1,   // it ended by itself, or by a signal from elsewhere
  stopped,        // after a StopOrder
  lease_ran_out,  // at its lease's deadline
  memory_limit    // above limits.memory_bytes
};

// Of the main process and the descendants that were waited for, as wait4 tells it.
struct TaskUsage {
  Duration user_time;
  Duration system_time;
  std::uint64_t max_resident_bytes = 0;  // of the largest process
};

// Said when no process of the attempt is left: descendants in other sessions included, so the pipes have no
// writer.
struct TaskExited {
  TaskToken token = 0;
  std::int32_t exit_code = 0;  // when signal is 0
  std::int32_t signal = 0;
  bool core_dumped = false;
  EndCause cause = EndCause::own_exit;
  WallTime at;              // the main process's end
  Duration ran;             // from start to the main process's end
  std::uint32_t swept = 0;  // processes that outlived the main process and were killed
  TaskUsage usage;
};

// The keeper is gone and so are its answers: every attempt held is lost. Sweep with worker/orphans.h, then
// launch anew.
struct KeeperDied {
  std::string reason;
  bool refused = false;  // it is not for this worker, and no other one will be: its program was replaced
};

using KeeperOrder = std::variant<StartOrder, ExtendOrder, StopOrder, RecallOrder>;
using KeeperEvent = std::variant<KeeperReady, TaskStarted, TaskNotStarted, TaskExited, KeeperDied>;

}  // namespace argosy::keeper
