// Queue: orders whose turn comes when another attempt of the keeper has ended.
//
// Owner: Attempts. One thread. Who is taken out before its turn leaves its place: those that waited for it wait for what it
// waited for. The pipe ends of an order belong to whoever takes it.
#pragma once

#include <functional>
#include <list>
#include <optional>

#include "base/time.h"
#include "worker/process.h"
#include "worker/process_spawn.h"

namespace argosy::keeper {

// Whether the order sets this lease anew, later or sooner: a deadline that has passed cannot be extended.
bool extends(const ExtendOrder& order, TaskToken token, Time deadline, Time now);

class Queue {
 public:
  struct Waiting {
    StartOrder order;
    SpawnOutput output;
  };

  void add(const StartOrder& order, SpawnOutput output) { waiting_.push_back({order, output}); }
  void extend(const ExtendOrder& order, Time now);

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  bool holds(TaskToken token) const;
  Time first_deadline() const;  // of all leases; far away when nobody waits

  // Each takes one out, first come first; nothing when there is none.
  std::optional<Waiting> take_follower(TaskToken ended);  // whose turn it is
  std::optional<Waiting> take(TaskToken token);           // before its turn
  std::optional<Waiting> take_late(Time now);             // before its turn: its lease ran out

 private:
  std::optional<Waiting> take_first(const std::function<bool(const StartOrder&)>& wanted);
  std::optional<Waiting> leave(std::optional<Waiting> taken);

  std::list<Waiting> waiting_;
};

}  // namespace argosy::keeper
