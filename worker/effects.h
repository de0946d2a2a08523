// What a step of the worker's machine owes. The shell honours the fields from top to bottom, each wholly.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/words.h"

namespace argosy::worker {

// Put the end into the spool, then answer EndSpooled. Finished is said only after that answer.
struct SpoolEnd {
  SessionId session;
  ShardId shard;
  AttemptEnd end;
};

// Start the process. Answered by TaskStarted and TaskEnded, or by TaskEnded alone.
struct StartTask {
  AttemptRef attempt;
  ShardId shard;
  std::shared_ptr<const TaskSpec> spec;
  std::string value;
  std::string id;
  Time lease_deadline;
  std::optional<AttemptRef> behind;   // the keeper starts it when this one has ended
};

// Ask the tree to end; kill it when `grace` has passed. Grace 0: kill at once.
struct StopTask {
  AttemptRef attempt;
  Duration grace;
};

// Take it back, if it is still queued behind another: then TaskRecalled answers. One that was started goes on.
struct RecallTask {
  AttemptRef attempt;
};

struct ExtendLease {
  AttemptRef attempt;
  Time deadline;
};

struct Say {
  Address to;                   // role broker, or role master with an empty name: the holder of reign.shard
  ShardTerm reign;
  Word word;
};

// Send this spooled chunk as (part of) a Log word for that session. Kept in order with `says`: logs go out first.
struct SendLog {
  ShardTerm reign;
  SessionId session;
  AttemptRef attempt;
  std::uint64_t offset = 0;
};

// The spool may drop: the end and all logs of an attempt, or the logs before `offset`.
struct ForgetLogs {
  AttemptRef attempt;
  std::uint64_t offset = 0;
};

// A piece of package content to store; the shell answers ContentReady or ContentFailed when it has the last one.
struct StoreContent {
  std::string digest;
  std::uint64_t offset = 0;
  std::uint64_t total = 0;      // 0: the catalog does not have it
  std::string data;
};

struct Effects {
  std::vector<SpoolEnd> spool_ends;       // before anything is said
  std::vector<ExtendLease> extends;       // before starts: a start carries its own deadline
  std::vector<StopTask> stops;
  std::vector<RecallTask> recalls;
  std::vector<std::string> want_content;  // digests: answered by ContentReady or ContentMissing
  std::vector<StoreContent> store_content;
  std::vector<StartTask> starts;
  std::vector<SendLog> send_logs;         // before `says`: an end follows its log
  std::vector<Say> says;
  std::vector<AttemptRef> forget;         // recorded: the spool may drop end and logs
  std::vector<ForgetLogs> forget_logs;
  std::optional<Endpoint> move;           // the cluster moves: check it, keep it, go there once it answers
  bool reconnect = false;                 // close the socket, connect anew
  bool left = false;                      // orderly stop is complete: exit
  // The catalog of which all that this session knows is: kept on disk, for the sessions after it.
  std::optional<std::uint64_t> incarnation;
  // A restored catalog, this one, has taken its place: kill what runs, set the spool aside, keep `anew` on disk, and begin
  // a new session. The machine is over: it does and says nothing more.
  std::optional<std::uint64_t> anew;
};

}  // namespace argosy::worker
