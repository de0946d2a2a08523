// What a step owes to the world. Each vector in its order; the vectors among each other in any order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "master/desk_orders.h"
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
  std::vector<ShardId> holds;  // this master's: what is active in another shard is that one's holder's
};

struct Effects {
  // Send on the link at once, in this order. What cannot be sent because the link broke is dropped.
  std::vector<Message> sends;
  // Write, and answer with Settled. What may be said only after it is kept by the machine until then. A batch that is
  // repeated is the same object.
  std::vector<std::shared_ptr<const Batch>> commits;
  // Raise these shards' terms, commit, read them in a new transaction; answer with Adopted or TakeFailed. With the highest term
  // at which somebody was heard to hold it.
  std::vector<ShardTerm> takes;
  std::vector<DeskOutcome> answers;  // hand to the desk
  std::vector<LookUp> lookups;      // hand to the desk
  std::vector<NeedValues> needs;    // read, and answer with ValuesRead
  // The cluster moves: check it, keep it, go there once it answers.
  std::optional<Endpoint> move;
  // For the log and for people: what an operator should know. One line each.
  std::vector<std::string> notes;
  bool reconnect = false;           // drop the transport connection and connect anew: nothing is heard on it
  bool over = false;                // ShutDown is done, all above included: exit

  void clear() { *this = Effects(); }
};

}  // namespace argosy::master
