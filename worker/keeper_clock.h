// The clock of leases, CLOCK_BOOTTIME, for the keeper and what works beside it: they link nothing but base.
#pragma once

#include <time.h>

#include "base/time.h"

namespace argosy::keeper {

inline Time now_steady() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return {static_cast<std::int64_t>(now.tv_sec) * 1000000 + now.tv_nsec / 1000};
}

}  // namespace argosy::keeper
