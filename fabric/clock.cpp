#include "fabric/clock.h"

#include <ctime>

namespace argosy::fabric {
namespace {

std::int64_t microseconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1000000 + time.tv_nsec / 1000;
}

}  // namespace

Time read_steady() {
  return Time{microseconds_of(CLOCK_BOOTTIME)};
}

WallTime read_wall() {
  return WallTime{microseconds_of(CLOCK_REALTIME)};
}

Now read_clock() {
  return Now{read_steady(), read_wall()};
}

}  // namespace argosy::fabric
