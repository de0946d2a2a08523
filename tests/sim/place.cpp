#include "tests/sim/place.h"

namespace argosy::sim {

// A place that was reached once comes before the configuration; one that was only told is tried beside it.
void Place::begin() {
  if (stage_.bug == Bug::endpoint_forgotten) disk_ = {};
  kept_ = disk_;
  here_ = kept_.reached ? kept_.endpoint : std::string();
  if (kept_.serial > 0 && !kept_.reached) try_it(++trial_);
}

void Place::told(const Endpoint& word) {
  if (word.serial <= kept_.serial) return;
  stage_.note(party_.label() + " is told that the cluster moves to " + word.endpoint);
  kept_ = {word.serial, word.endpoint, word.endpoint == here_};
  keep();
  if (!kept_.reached) try_it(++trial_);
}

// The one that was reached stays until another one is: whoever starts again begins there.
void Place::keep() {
  if (disk_.reached && !kept_.reached && stage_.bug != Bug::told_for_reached) return;
  disk_ = kept_;
}

void Place::try_it(std::uint64_t trial) {
  party_.process.post(milliseconds(20) + stage_.up_to(milliseconds(200)), [this, trial] {
    if (trial != trial_) return;
    if (!stage_.network.answers(party_, kept_.endpoint) && stage_.bug != Bug::moved_untried) return try_it(trial);
    here_ = kept_.endpoint;
    kept_.reached = true;
    keep();
    stage_.note(party_.label() + " moves to " + here_);
    stage_.network.reconnect(party_);
  });
}

}  // namespace argosy::sim
