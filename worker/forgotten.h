// Forgotten: a bounded memory of attempts that are over here, so that a late Run cannot start one again.
#pragma once

#include <deque>
#include <set>

#include "base/ids.h"

namespace argosy::worker {

class Forgotten {
 public:
  explicit Forgotten(std::size_t most) : most_(most) {}

  void add(AttemptRef attempt) {
    if (!known_.insert(attempt).second) return;
    order_.push_back(attempt);
    if (order_.size() <= most_) return;
    known_.erase(order_.front());
    order_.pop_front();
  }

  bool contains(AttemptRef attempt) const { return known_.contains(attempt); }

 private:
  std::size_t most_;
  std::deque<AttemptRef> order_;
  std::set<AttemptRef> known_;
};

}  // namespace argosy::worker
