// What a step owes to the world. Each vector in its order; the vectors among each other in any order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/records.h"
#include "schemas/words.h"

namespace argosy::master {

// Values of an array that the core does not hold: content `digest`, packed as schemas/sources.h says.
struct NeedValues {
  ShardId shard;
  ExecutionId execution;
  TaskNo task;
  std::string digest;
  std::uint64_t from = 0;
  std::uint64_t count = 0;
};

// An execution that a client wants to know of and that the machine does not hold: the desk says Changed from the
// catalog, once, or Refused{not_found}.
struct LookUp {
  Address client;
  std::string request;  // for Changed.request
  ExecutionId execution;
};

struct TaskView {
  TaskNo task;
  ItemState state = ItemState::waiting;  // of items without an attempt
  TaskCounts counts;
};

struct WorkerView {
  std::string name;
  bool online = false;
  bool reconciled = false;
  RosterState state = RosterState::enabled;  // disabled where the catalog does not know it
  bool draining = false;
  SessionId session;
  Host host;
  std::string build;
  Resources capacity;
  std::uint64_t open_attempts = 0;  // claimed or running
};

struct ShardView {
  ShardTerm reign;
  std::uint64_t executions = 0;
  std::uint64_t offers = 0;        // published
  std::uint64_t batches = 0;       // committed since the shard was taken
  std::uint64_t queued_rows = 0;
  bool catalog_away = false;
  Time away_since;
};

struct MachineStatus {
  bool connected = false;          // Welcome heard
  Epoch epoch;
  std::vector<ShardView> shards;
  std::vector<WorkerView> workers;
  std::vector<BrokerReport> brokers;                             // the latest of each
  std::vector<std::pair<std::string, std::uint64_t>> ignored;    // words that changed nothing, by reason
};

// Answers one request of the desk. ok: what was asked for is committed (or read).
struct DeskAnswer {
  std::uint64_t ticket = 0;
  bool ok = true;
  Refusal refusal = Refusal::invalid;  // when not ok
  std::string text;                    // when not ok: what, where, what to do
  ExecutionId execution;               // Admit, CancelRequest, ViewRequest
  bool repeated = false;               // Admit: the key was known
  std::vector<std::string> reasons;    // ExplainRequest: one sentence a line
  ExecutionStatus status = ExecutionStatus::created;  // CancelRequest, ViewRequest
  TaskCounts counts;                   // ViewRequest
  std::vector<TaskView> tasks;         // ViewRequest
  MachineStatus machine;               // StatusRequest
};

struct Effects {
  // Send on the link at once, in this order. What cannot be sent because the link broke is dropped.
  std::vector<Message> sends;
  // Write, and answer with Settled. What may be said only after it is kept by the machine until then. A batch that is
  // repeated is the same object.
  std::vector<std::shared_ptr<const Batch>> commits;
  // Raise these shards' terms, commit, read them in a new transaction; answer with Adopted or TakeFailed.
  std::vector<ShardId> takes;
  std::vector<DeskAnswer> answers;  // hand to the desk
  std::vector<LookUp> lookups;      // hand to the desk
  std::vector<NeedValues> needs;    // read, and answer with ValuesRead
  // For the log and for people: what an operator should know. One line each.
  std::vector<std::string> notes;
  bool reconnect = false;           // drop the transport connection and connect anew: nothing is heard on it
  bool over = false;                // ShutDown is done, all above included: exit

  void clear() { *this = Effects(); }
};

}  // namespace argosy::master
