// What becomes of an item when its attempt has ended: pure.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "schemas/package.h"
#include "schemas/states.h"

namespace argosy::master {

struct Spent {
  std::uint32_t failures = 0;
  std::uint32_t interruptions = 0;
};

struct Judgement {
  ItemEvent event = ItemEvent::succeed;
  Spent spent;             // after this end
  Duration wait;           // with again_later
};

// `given_up`: the item is not wanted any more (execution stopping, or its array given up): an end that was reached counts
// as what it was, nothing is tried again.
Judgement judge(const Task& task, EndReason reason, Spent before, bool given_up);

// The n-th wait (from 1): backoff_min x 2^(n-1), at most backoff_max.
Duration backoff(const Retry& retry, std::uint32_t n);

}  // namespace argosy::master
