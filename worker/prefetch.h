// Prefetch: how many items may wait at this worker beyond those that run, so that no slot is idle for a round trip and
// no item waits here for long while another worker is free. Bounded in count and in seconds.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace argosy::worker {

class Prefetch {
 public:
  // At most `most` items, and about as many as the slots finish within `horizon`.
  Prefetch(std::uint32_t most, Duration horizon) : most_(most), horizon_(horizon) {}

  // A task ran for `ran`.
  void ended(Duration ran);

  // How many may wait now, with `slots` running side by side, the oldest of them for `oldest_running`.
  std::uint32_t window(std::uint32_t slots, Duration oldest_running) const;

 private:
  std::uint32_t most_;
  Duration horizon_;
  Duration mean_ = seconds(1);
};

}  // namespace argosy::worker
