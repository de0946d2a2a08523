// The broker's machine: who is connected, who holds which shard, what is offered, and who has room for it.
//
// It carries words between masters and workers without reading them, and matches offers to room. It holds
// nothing that masters and workers cannot tell it again. Required: Start is the first event; effects are
// honoured before the next step; Tick comes when deadline() has come. Never throws, never blocks; memory is
// bounded by Options. One thread. The rooms (broker/README.md): door, presence, routes, queue, ledger,
// matcher.
#pragma once

#include <memory>
#include <optional>

#include "base/time.h"
#include "broker/effects.h"
#include "broker/events.h"
#include "broker/options.h"
#include "broker/state.h"

namespace argosy::broker {

class Machine {
 public:
  explicit Machine(Options options);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Appends to `out`; the caller clears it when it has honoured it.
  void step(Now now, const Event& event, Effects& out);

  // When it next wants a Tick. A time that is past already: as soon as no more messages are waiting. Nothing:
  // never.
  std::optional<Time> deadline() const;

  const State& state() const { return state_; }

  // Goes through all that is held and CHECKs that the rooms agree with each other. For tests: takes time with
  // the fleet.
  void audit() const;

 private:
  class Turn;
  Options options_;
  State state_;
  Time stepped_at_;
};

}  // namespace argosy::broker
