// A rolling upgrade: every process is stopped in good order and started again, one after another, the next one only when the
// one before it works again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/stage.h"

namespace argosy::sim {

class Upgrade {
 public:
  struct Turn {                       // of one process
    std::string who;
    std::function<void()> stop;       // begins to; said again while it is up
    std::function<bool()> is_up;
    std::function<void()> start;
    std::function<bool()> works;
    std::function<void()> kill;       // it takes too long
  };

  explicit Upgrade(Stage& stage) : stage_(stage) {}

  // Nothing while one is under way.
  void begin(std::vector<Turn> turns);
  bool is_under_way() const { return !turns_.empty(); }
  std::string pending() const;        // in words; empty: none is under way

 private:
  enum class Phase : std::uint8_t { stopping, starting };

  void look();
  void next();

  Stage& stage_;
  std::vector<Turn> turns_;           // the last one is under way
  Phase phase_ = Phase::stopping;
  Time since_;
};

}  // namespace argosy::sim
