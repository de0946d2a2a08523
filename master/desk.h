// The master's desk: answers clients, and workers who fetch content, on a thread of its own, so that a slow page of a
// listing never keeps a task from its end.
//
// Owner: the master's shell. The desk has its own catalog sessions; it reads anything, and writes what is under no shard's
// fence: projects, content, environments, the fleet's settings, and the audit trail of these. What belongs to an execution
// goes to the machine as an order. Required: the catalog is migrated. Failure: a catalog that is away is told to each
// asker (Refused{catalog_unavailable}); nothing is kept for later, clients repeat.
// Bounds: at most kWaitingMost requests wait; more are refused as busy.
// Thread rule: put() and take() from the shell's loop; the wakeup's descriptor turns readable when take() has something.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "master/desk_orders.h"
#include "schemas/envelope.h"
#include "schemas/words.h"

namespace argosy::fabric {
class Wakeup;
}

namespace argosy {

struct DeskOptions {
  std::string catalog;           // its address, as catalog/ takes it
  std::string cluster;           // name, for people
  std::string catalog_key;       // public key that sensitive values are sealed to, 64 hex digits
  std::string master;            // this master's name
  std::uint64_t content_most_bytes = 1ull << 30;
};

// A word for the desk, from an authenticated sender, or what the machine says to an order.
struct DeskWord {
  Address from;
  std::variant<Ask, Submit, Deploy, Put, Fetch> word;
};
using DeskInput = std::variant<DeskWord, DeskOutcome>;

// A word to be sent, or an order for the machine.
struct DeskSay {
  Address to;
  std::variant<Answer, Accepted, Stored, Chunk, Refused> word;
};

// Submit.watch, once the execution is known: the machine takes it as a Watch from `from`.
struct DeskWatch {
  Address from;
  Watch watch;
};
using DeskOutput = std::variant<DeskSay, DeskOrder, DeskWatch>;

class Desk {
 public:
  static constexpr std::size_t kWaitingMost = 20'000;

  // Opens the catalog on its own thread; the first output is FleetNews. `wakeup` is the shell's and outlives the desk.
  Desk(DeskOptions options, fabric::Wakeup& wakeup);
  ~Desk();  // what waits is dropped; ends the thread
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void put(DeskInput input);
  void take(std::vector<DeskOutput>& out);  // adds what has been made since the last call

  // False while the shell's master holds no shard: Submit, cancel and retry are then refused as unreachable.
  void set_holding(bool holding);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace argosy
