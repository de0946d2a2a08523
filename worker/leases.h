// Lease: what one session holds from the holder of one shard. It counts from the moment at which a renewal was asked for,
// so a slow answer only makes it shorter. Renewals are numbered; only those of the current term count.
#pragma once

#include <algorithm>
#include <map>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace argosy::worker {

class Lease {
 public:
  // A new holder: what an earlier one granted is no longer ours to build on.
  void new_term() {
    asked_.clear();
    granted_ = Renewal{};
  }

  // The next renewal, asked for now. At most 64 are remembered; an older one can no longer be granted.
  Renewal ask(Time now) {
    last_ = Renewal{last_.value + 1};
    asked_[last_] = now;
    if (asked_.size() > 64) asked_.erase(asked_.begin());
    last_asked_at_ = now;
    return last_;
  }

  // False: not asked for under this term, or older than the one that counts.
  bool grant(Renewal renewal, Duration lease) {
    const auto it = asked_.find(renewal);
    if (it == asked_.end() || renewal < granted_) return false;
    granted_ = renewal;
    shard_lease_ = lease;
    return true;
  }

  // When a task with this lease of its own must be over, resting on that renewal; nothing if it was never asked for.
  std::optional<Time> deadline(Renewal renewal, Duration task_lease) const {
    const auto it = asked_.find(renewal);
    if (it == asked_.end()) return std::nullopt;
    return it->second + task_lease;
  }

  std::optional<Time> deadline(Duration task_lease) const { return deadline(granted_, task_lease); }

  // When to ask again: a third of the shortest lease after the last time.
  Time next_ask(Duration shortest) const { return last_asked_at_ + std::min(shortest, shard_lease_) / 3; }

  Renewal granted() const { return granted_; }

 private:
  std::map<Renewal, Time> asked_;
  Renewal last_;
  Renewal granted_;
  Time last_asked_at_;
  Duration shard_lease_ = seconds(60);
};

}  // namespace argosy::worker
