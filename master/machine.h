// The master's machine: admits, orders, publishes, grants claims, records. Pure: no clock, thread, file, socket.
//
// Owner: the shell's loop, or the simulator. Thread rule: one thread. step() never throws and is idempotent for repeated
// words. Ask deadline() after each step and send Tick when it has come.
#pragma once

#include <memory>
#include <optional>

#include "base/rng.h"
#include "base/time.h"
#include "master/effects.h"
#include "master/events.h"
#include "master/limits.h"
#include "master/sealer.h"

namespace argosy::master {

struct State;

class Machine {
 public:
  // `sealer` is borrowed and outlives the machine; nullptr: secrets cannot be opened, tasks with secrets fail.
  Machine(Self self, Limits limits, Rng rng, Sealer* sealer, PlantedBugs bugs = {});
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Adds to `out`, removes nothing from it. The event is taken by value: move large ones in.
  void step(Now now, Event event, Effects& out);
  std::optional<Time> deadline() const;
  const State& state() const { return *state_; }

  // Welcome heard and at least one shard held.
  bool ready() const;
  // Safety: what is still to be done, in words; empty when every execution that it holds has ended. For tests.
  std::string pending() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace argosy::master
