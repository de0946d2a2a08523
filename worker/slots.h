// Slots: which held items run and which wait, by what they reserve. First come, first started; one that does not fit
// holds back those behind it, so that big items are not starved by small ones.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "schemas/package.h"

namespace argosy::worker {

class Slots {
 public:
  explicit Slots(Resources capacity) : capacity_(std::move(capacity)) {}

  // Required: the attempt is not held. An item larger than the whole capacity is refused (false).
  bool add(AttemptRef attempt, const Resources& resources);

  // The next waiting attempt if it fits now; it counts as running from here on.
  std::optional<AttemptRef> start_next();

  // The next waiting attempt, when it can take the whole room of the last in the shortest queue behind one that runs: the
  // keeper then starts it without asking anybody. It waits no longer, and runs when all before it in that queue are removed.
  // At most `depth` queue behind one, and only behind one that `may_follow` allows.
  struct Queued {
    AttemptRef attempt;
    AttemptRef behind;   // the last before it: one that runs, or a queued one
  };
  using MayFollow = std::function<bool(AttemptRef next, AttemptRef running)>;
  std::optional<Queued> queue_next(std::size_t depth, const MayFollow& may_follow);

  // A queued attempt waits again, before all others. Nothing if it is not queued.
  void put_back(AttemptRef attempt);

  // Forgets the attempt, running, queued or waiting. Nothing if it is not held.
  void remove(AttemptRef attempt);

  // The waiting attempt that came last; nothing if none waits.
  std::optional<AttemptRef> youngest_waiting() const;

  std::vector<AttemptRef> running_attempts() const;
  std::vector<AttemptRef> queued_attempts() const;

  std::size_t running_count() const { return running_.size(); }
  std::size_t waiting_count() const { return waiting_.size(); }
  std::size_t queued_count() const;

 private:
  struct Waiting {
    AttemptRef attempt;
    std::uint64_t cpu_milli;
    std::uint64_t memory_bytes;
  };
  struct Reserved {
    std::uint64_t cpu_milli;
    std::uint64_t memory_bytes;
  };

  using Queue = std::deque<Waiting>;   // never empty

  void run(const Waiting& next);
  std::optional<Waiting> take_queued(AttemptRef attempt);

  Resources capacity_;
  std::uint64_t cpu_used_ = 0;
  std::uint64_t memory_used_ = 0;
  std::map<AttemptRef, Reserved> running_;
  std::map<AttemptRef, Queue> queues_;   // by the running attempt that they are queued behind
  std::deque<Waiting> waiting_;
};

}  // namespace argosy::worker
