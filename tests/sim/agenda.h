// Agenda: virtual time, and what is to happen in it. Acts of one moment run in the order in which they were put in.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "base/time.h"

namespace argosy::sim {

constexpr Time kStart{1'000'000};  // of each run

class Agenda {
 public:
  using Act = std::function<void()>;

  Time now() const { return now_; }

  // A moment that has passed means now.
  void at(Time when, Act act) { acts_.push({std::max(when, now_), ++serial_, std::move(act)}); }
  void after(Duration delay, Act act) { at(now_ + delay, std::move(act)); }

  // Runs the next act if it is due by `until`. False: there is none; the time is then `until`.
  bool run_next(Time until) {
    if (acts_.empty() || acts_.top().when > until) {
      now_ = std::max(now_, until);
      return false;
    }
    const Act act = std::move(const_cast<Entry&>(acts_.top()).act);  // it is popped at once
    now_ = acts_.top().when;
    acts_.pop();
    ++done_;
    act();
    return true;
  }

  std::uint64_t done() const { return done_; }

 private:
  struct Entry {
    Time when;
    std::uint64_t serial;
    Act act;

    bool operator<(const Entry& other) const {
      return std::pair(other.when, other.serial) < std::pair(when, serial);  // the earliest on top
    }
  };

  Time now_ = kStart;
  std::uint64_t serial_ = 0;
  std::uint64_t done_ = 0;
  std::priority_queue<Entry> acts_;
};

}  // namespace argosy::sim
