// What a master writes into the catalog and reads back: plain rows, in batches. catalog.md tells the tables.
// A Batch is all or nothing, and nothing unless its fence still stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/package.h"
#include "schemas/states.h"
#include "schemas/words/work.h"

namespace argosy {

// Everything that a Submit becomes. The package is bound: no parameter placeholder is left but sensitive ones.
struct Admission {
  std::string submitter;                 // name, from its key
  std::string key;                       // idempotency key; (submitter, key) is unique in the catalog
  std::string request_digest;            // SHA-256 of the request: tells a repeat from a conflict
  std::string project;                   // folder/project, or empty
  std::string version;                   // digest of the project version, or empty
  std::string content;                   // digest of its archive, or empty
  Package package;
  std::map<std::string, std::string> parameters;         // as given, without sensitive ones: for people
  std::map<std::string, std::string> sealed_parameters;  // sensitive ones, sealed to the catalog's key
  std::vector<std::uint64_t> items;      // for each task how many items it has (1 without for_each)
  std::vector<std::string> workers;      // allowed; empty: any
  std::vector<std::string> worker_tags;
  std::int32_t priority = 0;
  std::string batch;                     // name of its fairness group; empty: its own
  std::optional<ExecutionId> retry_of;
  std::vector<ItemRef> carried;          // retry: items of retry_of that had succeeded, and are not run again
  // retry: what retry_of's tasks wrote to $ARGOSY_OUTPUT. For the master; the catalog copies its own.
  std::vector<std::map<std::string, std::string>> outputs;
  WallTime at;
  std::string environment;               // folder/name, or empty: for people
};

enum class Admitted : std::uint8_t {
  fresh = 1,
  repeated = 2,   // the key was there with the same request; `fresh` if this very batch had put it there
  conflict = 3,   // the key was there with another request
};

struct AdmissionOutcome {
  Admitted outcome = Admitted::fresh;
  ExecutionId execution;                 // of the new or the earlier execution
};

// A committed claim. Also the first trace of an item in the catalog.
struct ClaimRow {
  AttemptRef attempt;
  std::string worker;
  SessionId session;
  WallTime at;
};

struct StartRow {
  AttemptRef attempt;
  WallTime at;
};

// The end of an attempt, and what became of its item: ready (again), waiting (for its back-off) or a terminal state.
// For an attempt that has its end already, while its item waits or is ready again, only a terminal `item` is taken: so a
// cancel ends what is between two attempts.
struct EndRow {
  AttemptEnd end;
  ItemState item = ItemState::succeeded;
  WallTime not_before;                   // of the next attempt, with ItemState::waiting
};

// How far a task has come. Absolute numbers, written with whatever changed them.
struct TaskRow {
  ExecutionId execution;
  TaskNo task;
  ItemState state = ItemState::waiting;  // of items without an attempt: waiting, ready, or how they all ended (canceled, skipped)
  std::uint64_t low = 0;                 // every item below has an attempt row
  std::uint64_t high = 0;                // no item at or above has one
  std::uint64_t succeeded = 0, failed = 0, canceled = 0, interrupted = 0, skipped = 0;
  std::map<std::string, std::string> outputs;  // for later tasks; of an array: none
};

struct ExecutionRow {
  ExecutionId execution;
  ExecutionStatus status = ExecutionStatus::created;
  WallTime started_at;                   // 0: not yet
  WallTime ended_at;                     // 0: not yet
  std::string detail;                    // why it ended so, where that needs words
};

struct OutputRow {
  LogChunk chunk;
};

// The audit trail: who did what.
struct OperationRow {
  WallTime at;
  std::string who;                       // "operator alice", "master m1"
  std::string verb;                      // "submit", "cancel", "worker.enable", "shard.adopt", …
  std::string object;                    // "execution 17", "worker w2", "shard 0"
  std::string detail;
};

struct Batch {
  std::uint64_t id = 0;                  // of the master's own; comes back in the outcome
  ShardTerm fence;                       // the batch counts only if the shard's term is still this
  std::vector<Admission> admissions;
  std::vector<ClaimRow> claims;
  std::vector<StartRow> starts;
  std::vector<OutputRow> outputs;
  std::vector<EndRow> ends;
  std::vector<TaskRow> tasks;
  std::vector<ExecutionRow> executions;
  std::vector<OperationRow> operations;

  bool only_confirms() const {
    return admissions.empty() && claims.empty() && starts.empty() && outputs.empty() && ends.empty() &&
           tasks.empty() && executions.empty() && operations.empty();
  }
};

enum class BatchVerdict : std::uint8_t {
  committed = 1,
  fenced = 2,       // the term no longer stands: nothing was written, the shard is lost
  unavailable = 3,  // nothing was written; the catalog cannot be reached or cannot write. Try again
  unknown = 4,      // may or may not be written: repeat the same batch, it is idempotent
  refused = 5,      // a row cannot be stored; BatchOutcome::culprit names it. Nothing was written
};

// A row of a Batch that cannot be stored: its place in the vector that `rows` names.
struct Culprit {
  enum class Rows : std::uint8_t { admissions, claims, starts, outputs, ends, tasks, executions, operations };
  Rows rows = Rows::admissions;
  std::size_t index = 0;
};

struct BatchOutcome {
  std::uint64_t id = 0;
  BatchVerdict verdict = BatchVerdict::committed;
  std::vector<AdmissionOutcome> admissions;  // in order, when committed
  std::string detail;                        // for people, when not committed
  std::optional<Culprit> culprit;            // when refused for one row: without it the rest may be written
};

// -- What an adopter reads.

struct OpenAttempt {
  AttemptRef attempt;
  ItemState state = ItemState::claimed;  // claimed or running, or waiting/ready between attempts
  std::string worker;
  SessionId session;
  WallTime claimed_at;
  std::uint64_t log_bytes = 0;           // gapless bytes in the catalog
  std::uint32_t failures = 0;            // attempts of this item that counted against its retry budget
  std::uint32_t interruptions = 0;
  WallTime not_before;                   // with waiting
};

struct ActiveExecution {
  ExecutionId execution;
  ExecutionStatus status = ExecutionStatus::created;
  Admission admission;
  std::vector<TaskRow> tasks;
  std::vector<OpenAttempt> open;         // items that have attempts and have not ended
  std::vector<std::vector<std::uint64_t>> unclaimed;  // for each task: items in [low, high) without an attempt, ascending
};

struct ShardSnapshot {
  ShardTerm reign;
  std::vector<ActiveExecution> executions;  // that have not ended, by id
};

}  // namespace argosy
