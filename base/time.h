// Time as the machines see it: handed in, never read.
#pragma once

#include <compare>
#include <cstdint>

namespace argosy {

struct Duration {
  std::int64_t us = 0;

  constexpr auto operator<=>(const Duration&) const = default;
};

constexpr Duration microseconds(std::int64_t n) { return {n}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1000000}; }

// A point on this host's CLOCK_BOOTTIME: counts suspend, never jumps, means nothing on another host.
struct Time {
  std::int64_t us = 0;

  constexpr auto operator<=>(const Time&) const = default;
};

// A point of UTC in microseconds since 1970, for records that people read. No rule ever depends on it; 0: not known.
struct WallTime {
  std::int64_t us = 0;

  constexpr auto operator<=>(const WallTime&) const = default;
};

// The moment at which a machine takes a step.
struct Now {
  Time steady;
  WallTime wall;
};

constexpr Time operator+(Time t, Duration d) { return {t.us + d.us}; }
constexpr Time operator-(Time t, Duration d) { return {t.us - d.us}; }
constexpr Duration operator-(Time a, Time b) { return {a.us - b.us}; }
constexpr WallTime operator+(WallTime t, Duration d) { return {t.us + d.us}; }
constexpr Duration operator-(WallTime a, WallTime b) { return {a.us - b.us}; }
constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
constexpr Duration operator*(Duration d, std::int64_t n) { return {d.us * n}; }
constexpr Duration operator/(Duration d, std::int64_t n) { return {d.us / n}; }

}  // namespace argosy
