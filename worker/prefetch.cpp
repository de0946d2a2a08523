#include "worker/prefetch.h"

#include <algorithm>

namespace argosy::worker {

void Prefetch::ended(Duration ran) { mean_ = (mean_ * 7 + ran) / 8; }

std::uint32_t Prefetch::window(std::uint32_t slots, Duration oldest_running) const {
  const Duration each = std::max({mean_, oldest_running, microseconds(1)});
  const std::int64_t fit = horizon_.us * slots / each.us;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(fit, most_));
}

}  // namespace argosy::worker
