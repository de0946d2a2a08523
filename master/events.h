// All that can happen to a master: the one argument of Machine::step.
//
// The shell makes them from sockets, the catalog writer and the desk; the simulator makes them from its seed.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "master/desk_orders.h"
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
  // Of the shard's row, which is never below what a holder obeys. 0: as Limits say.
  Duration lease;
  Duration grace;
  std::uint64_t incarnation = 0;  // of the catalog; 0: not known
};

// Answer to Effects::takes that failed; tried again later if still nobody holds the shard.
struct TakeFailed {
  ShardId shard;
  std::string why;
};

// The batch in flight, or a take, has had no answer for a while. It goes on waiting; Settled still comes.
struct CatalogWaits {
  std::string why;  // "waits for its synchronous standby"
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

// -- Requests. Those of the desk are DeskOrder (desk_orders.h): FleetNews comes first of all, at the start.

// A Submit that admit() let in, answered to its client by the machine itself: Accepted after the commit, or Refused.
struct Admit {
  ShardId shard;
  Address client;
  bool watch = false;
  Admission admission;
};

// A Watch that the desk found in a Submit, or that a client said.
struct WatchRequest {
  Address client;
  Watch watch;
};

// -- The rest.

struct Tick {};      // deadline() has come
struct ShutDown {};  // hand the shards over: finish the batch in flight, say Holding (empty) and Bye; then Effects::over

using Event = std::variant<LinkUp, LinkDown, Heard, Settled, Adopted, TakeFailed, CatalogWaits, ValuesRead, Admit, WatchRequest, DeskOrder,
                           Tick, ShutDown>;

// Words that never come to the machine: the desk answers them from the catalog.
inline bool is_desk_word(const Word& word) {
  return std::holds_alternative<Submit>(word) || std::holds_alternative<Ask>(word) ||
         std::holds_alternative<Deploy>(word) || std::holds_alternative<Put>(word) ||
         std::holds_alternative<Fetch>(word);
}

}  // namespace argosy::master
