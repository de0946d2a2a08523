#include "tests/sim/upgrade.h"

#include <algorithm>
#include <utility>

namespace argosy::sim {
namespace {

constexpr Duration kStopWithin = seconds(15);  // as a service manager has it

}  // namespace

void Upgrade::begin(std::vector<Turn> turns) {
  if (!turns_.empty() || turns.empty()) return;
  turns_ = std::move(turns);
  std::reverse(turns_.begin(), turns_.end());
  stage_.note("a rolling upgrade begins");
  since_ = stage_.agenda.now();
  phase_ = Phase::stopping;
  look();
}

void Upgrade::look() {
  const Turn& turn = turns_.back();
  if (phase_ == Phase::stopping && turn.is_up()) {
    if (stage_.agenda.now() < since_ + kStopWithin) {
      turn.stop();
    } else {
      turn.kill();
    }
  } else if (phase_ == Phase::stopping) {
    turn.start();
    phase_ = Phase::starting;
  } else if (turn.works()) {
    return next();
  }
  stage_.agenda.after(milliseconds(100) + stage_.up_to(milliseconds(100)), [this] { look(); });
}

void Upgrade::next() {
  stage_.note(turns_.back().who + " is upgraded");
  turns_.pop_back();
  phase_ = Phase::stopping;
  since_ = stage_.agenda.now();
  if (turns_.empty()) return stage_.note("the rolling upgrade is over");
  look();
}

std::string Upgrade::pending() const {
  if (turns_.empty()) return {};
  return "the rolling upgrade is at " + turns_.back().who + (phase_ == Phase::stopping ? ", which does not stop; " : ", which does not work again; ");
}

}  // namespace argosy::sim
