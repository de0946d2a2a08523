// So many a second, and as many at once: a bucket that fills by time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace argosy::broker {

class Budget {
 public:
  // Whether one more is within the budget; if so, it is taken.
  bool take(Time now, std::uint32_t per_second) {
    const std::int64_t cost = 1'000'000 / std::max<std::int64_t>(per_second, 1);
    const Time emptiest = now - seconds(1);
    if (paid_until_ < emptiest) paid_until_ = emptiest;
    if (paid_until_ + microseconds(cost) > now) return false;
    paid_until_ = paid_until_ + microseconds(cost);
    return true;
  }

 private:
  Time paid_until_{INT64_MIN / 2};
};

}  // namespace argosy::broker
