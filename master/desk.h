// The master's desk: answers clients, and workers who fetch content, on a thread of its own, so that a slow page of a
// listing never keeps a task from its end.
//
// Owner: the master's shell. The desk has its own catalog connection; it reads anything, and writes what is under no
// shard's fence: projects, content, environments, the fleet's settings, and the audit trail of these. What belongs to an
// execution goes to the machine as an event. Failure: a catalog that is away is told to each asker
// (Refused{catalog_unavailable}); nothing is kept for later, clients repeat.
// Bounds: at most kWaitingMost inputs wait; more words are refused as busy.
// Thread rule: all methods from the shell's loop; the wakeup's descriptor turns readable when take() has something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "master/effects.h"
#include "master/events.h"
#include "master/limits.h"
#include "master/sealer.h"

namespace argosy::fabric {
class Wakeup;
}

namespace argosy::master {

struct DeskOptions {
  std::string catalog;      // its address, as catalog/catalog.h takes it
  std::string cluster;      // name, for people
  std::string catalog_key;  // public key that sensitive values are sealed to, 64 hex digits
  Self self;                // this master
  std::uint32_t shards = 1; // that there are
  std::uint64_t content_most_bytes = 1ull << 30;
  const Sealer* sealer = nullptr;  // outlives the desk
  std::string authorities;           // file: whom all parties of the cluster believe
  std::string endpoint_certificate;  // file: of the endpoint where none is given to set-endpoint
};

// A word for the desk (is_desk_word) as it was heard, or what the machine owes to the desk.
using DeskInput = std::variant<Message, DeskOutcome, LookUp, NeedValues>;

// A word to be sent: the shell fills in the rest of the envelope.
struct DeskSay {
  Address to;
  ShardTerm reign;  // as the asker said it: what answers a Fetch bears the reign that the worker knows
  Word word;  // Answer, Accepted, Stored, Chunk, Changed or Refused
};
// Or an event for the machine: Admit, ValuesRead and the orders of desk_orders.h.
using DeskOutput = std::variant<DeskSay, Event>;

class Desk {
 public:
  static constexpr std::size_t kWaitingMost = 20'000;

  // Opens the catalog on its own thread, and again whenever it was away; first gives FleetNews. `wakeup` is the shell's
  // and outlives the desk.
  Desk(DeskOptions options, fabric::Wakeup& wakeup);
  ~Desk();  // what waits is dropped; ends the thread
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // This master stops in an orderly way: at its end the desk takes it off the list of masters.
  void leave();
  void put(DeskInput input);
  void take(std::vector<DeskOutput>& out);  // adds what has been made since the last call

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace argosy::master
