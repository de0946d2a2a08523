// All that can happen to a master: the one argument of Machine::step.
//
// The shell makes them from sockets, the catalog writer and the desk; the simulator makes them from its seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/records.h"
#include "schemas/words.h"

namespace argosy::master {

// -- The link to the broker.

struct LinkUp {};    // a transport connection stands; the machine says Hello
struct LinkDown {};  // it broke: what was said on it may be lost

// A decoded word from the broker, or from a worker or client through it. Submit, Ask, Deploy, Put and Fetch are the
// desk's (is_desk_word): the machine refuses them.
struct Heard {
  Message message;
};

// -- The catalog. One batch is in flight for each shard at a time; each is answered by exactly one Settled.

struct Settled {
  ShardId shard;
  BatchOutcome outcome;
};

// Answer to Effects::takes: the term is raised and committed, the shard was read in a later transaction.
struct Adopted {
  ShardSnapshot snapshot;
  Duration lease;  // of the shard's row; 0: as Limits say
  Duration grace;  // likewise
};

// Answer to Effects::takes that failed; tried again later if still nobody holds the shard.
struct TakeFailed {
  ShardId shard;
  std::string why;
};

// The workers and submitters that the catalog knows. Absolute, at start and after each change; an older serial is ignored.
struct WorkerSetting {
  std::string name;
  std::string key;                 // public key, hex
  RosterState state = RosterState::enabled;
  bool draining = false;           // gets nothing new
  std::vector<std::string> tags;   // added to those that it says itself
};
struct FleetKnown {
  std::uint64_t serial = 0;
  std::vector<WorkerSetting> workers;
  std::vector<RosterEntry> roster;  // what is pushed to brokers: workers and submitters
};

// Answer to Effects::needs. `values` are those of items from `from` on; fewer than asked for only at the array's end.
// Empty: could not be read, asked again later.
struct ValuesRead {
  ShardId shard;
  ExecutionId execution;
  TaskNo task;
  std::uint64_t from = 0;
  std::vector<std::string> values;
};

// -- Requests of the desk. `ticket` is the desk's own, not 0; each is answered by one DeskAnswer with it.

// A Submit (or a retry) that admit() let in. With ticket 0 the machine answers `client` itself: Accepted after the
// commit, or Refused; otherwise by DeskAnswer.
struct Admit {
  ShardId shard;
  std::uint64_t ticket = 0;
  Address client;
  bool watch = false;
  Admission admission;
};

struct CancelRequest {
  std::uint64_t ticket = 0;
  ExecutionId execution;
  std::string who;  // "operator alice"
};

// An operator vouches that nothing of this worker runs any more. Refused while it is connected.
struct LostRequest {
  std::uint64_t ticket = 0;
  std::string worker;
  std::string who;
};

// Why is it where it is? Without task: the execution and each of its open tasks.
struct ExplainRequest {
  std::uint64_t ticket = 0;
  ExecutionId execution;
  std::optional<TaskNo> task;
  std::optional<ItemNo> item;
};

// How an execution stands, and each of its tasks. Executions that have ended are the catalog's: not_found.
struct ViewRequest {
  std::uint64_t ticket = 0;
  ExecutionId execution;
};

// How the master stands: shards, workers, brokers' reports, counters.
struct StatusRequest {
  std::uint64_t ticket = 0;
};

// -- The rest.

struct Tick {};      // deadline() has come
struct ShutDown {};  // hand the shards over: finish the batch in flight, say Holding (empty) and Bye; then Effects::over

using Event = std::variant<LinkUp, LinkDown, Heard, Settled, Adopted, TakeFailed, FleetKnown, ValuesRead, Admit,
                           CancelRequest, LostRequest, ExplainRequest, ViewRequest, StatusRequest, Tick, ShutDown>;

// Words that never come to the machine: the desk answers them from the catalog.
inline bool is_desk_word(const Word& word) {
  return std::holds_alternative<Submit>(word) || std::holds_alternative<Ask>(word) ||
         std::holds_alternative<Deploy>(word) || std::holds_alternative<Put>(word) ||
         std::holds_alternative<Fetch>(word);
}

}  // namespace argosy::master
