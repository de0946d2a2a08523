// All that can happen to a worker: words from masters and the broker, news of its own tasks, its spool, its link.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/words.h"

namespace argosy::worker {

// The encrypted connection to the broker stands (again), or is gone.
struct LinkUp {};
struct LinkDown {};

// A message from the broker, decoded.
struct Heard {
  Message message;
};

// The keeper started the attempt's process.
struct TaskStarted {
  AttemptRef attempt;
  std::uint64_t pid = 0;
  WallTime at;
};

// The attempt is over: its whole tree is gone, all its output is in the spool. `end.reason` is what the process showed (an exit, a signal,
// a limit that the keeper kept, a start that failed); the machine knows what was asked of it meanwhile.
struct TaskEnded {
  AttemptEnd end;
};

// The attempt was recalled while it was queued in the keeper: it never started, and waits here again.
struct TaskRecalled {
  AttemptRef attempt;
};

// A piece of output is in the spool and may be sent.
struct LogSpooled {
  AttemptRef attempt;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;       // before compression
  std::uint32_t wire_bytes = 0;   // as it is sent
};

// The attempt's end is in the spool (or could not be put there: it is held in memory only).
struct EndSpooled {
  AttemptRef attempt;
};

// The task is held up by a full spool (its pipe is not read), or no longer. That time is not its own.
struct OutputBlocked {
  AttemptRef attempt;
  bool blocked = false;
};

// The cache does not have a content that was wanted: fetch it.
struct ContentMissing {
  std::string digest;
};

// A package's content is unpacked and checked, or cannot be had.
struct ContentReady {
  std::string digest;
};
struct ContentFailed {
  std::string digest;
  std::string why;
};

// Stop in an orderly way: give back, stop tasks, bring results home, leave.
struct Shutdown {};

struct Tick {};

using Event = std::variant<LinkUp, LinkDown, Heard, TaskStarted, TaskEnded, TaskRecalled, LogSpooled, EndSpooled,
                           OutputBlocked, ContentMissing, ContentReady, ContentFailed, Shutdown, Tick>;

// What an earlier session left in the spool: ended, unrecorded attempts with their logs. Given to a new machine.
struct SpooledAttempt {
  SessionId session;
  ShardId shard;
  AttemptEnd end;
  std::vector<LogSpooled> logs;   // by offset, gapless up to end.log_bytes
};

}  // namespace argosy::worker
