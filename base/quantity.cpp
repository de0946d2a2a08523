#include "base/quantity.h"

#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace argosy {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// Large to small: a duration's parts must come in this order.
constexpr std::array<Unit, 6> kTimeUnits = {{{"d", 86'400'000'000},
                                             {"h", 3'600'000'000},
                                             {"m", 60'000'000},
                                             {"s", 1'000'000},
                                             {"ms", 1'000},
                                             {"us", 1}}};
constexpr std::array<Unit, 12> kByteUnits = {{{"PiB", 1ull << 50},
                                              {"TiB", 1ull << 40},
                                              {"GiB", 1ull << 30},
                                              {"MiB", 1ull << 20},
                                              {"KiB", 1ull << 10},
                                              {"PB", 1'000'000'000'000'000},
                                              {"TB", 1'000'000'000'000},
                                              {"GB", 1'000'000'000},
                                              {"MB", 1'000'000},
                                              {"KB", 1'000},
                                              {"kB", 1'000},
                                              {"B", 1}}};
constexpr std::uint64_t kMostMicroseconds = 315'576'000'000'000'000;  // ten thousand years

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A decimal number at the front of `text`, taken off it, times `unit` once the unit is known.
struct Decimal {
  std::uint64_t whole = 0;
  std::string_view decimals;

  // Nothing if it does not fit or is no whole number of the smallest unit.
  std::optional<std::uint64_t> times(std::uint64_t unit) const {
    std::uint64_t result = 0;
    if (__builtin_mul_overflow(whole, unit, &result)) return std::nullopt;
    std::uint64_t rest = 0, scale = 1;
    for (char c : decimals) {
      rest = rest * 10 + static_cast<std::uint64_t>(c - '0');
      scale *= 10;
    }
    const auto part = static_cast<unsigned __int128>(rest) * unit;
    if (part % scale != 0) return std::nullopt;
    if (__builtin_add_overflow(result, static_cast<std::uint64_t>(part / scale), &result))
      return std::nullopt;
    return result;
  }
};

std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal out;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (__builtin_mul_overflow(out.whole, 10ull, &out.whole)) return std::nullopt;
    if (__builtin_add_overflow(out.whole, static_cast<std::uint64_t>(text[at] - '0'), &out.whole))
      return std::nullopt;
  }
  if (at == 0) return std::nullopt;
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    std::size_t end = at + 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - at - 1 > 15) return std::nullopt;
    out.decimals = text.substr(at + 1, end - at - 1);
    at = end;
  }
  text.remove_prefix(at);
  return out;
}

// The letters at the front of `text`, taken off it.
std::string_view take_letters(std::string_view& text) {
  std::size_t at = 0;
  while (at < text.size() && ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= 'A' && text[at] <= 'Z')))
    ++at;
  const std::string_view letters = text.substr(0, at);
  text.remove_prefix(at);
  return letters;
}

Error not_a(const char* what, std::string_view text, const char* hint) {
  return Error{"\"" + std::string(text.substr(0, 60)) + "\" is not " + what + "; write " + hint};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto bad = [&] { return not_a("a duration", text, "one like 30s, 5m, 1h30m or 250ms"); };
  if (text == "0") return Duration{};
  std::string_view rest = text;
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  do {
    const auto number = take_decimal(rest);
    if (!number) return bad();
    const auto letters = take_letters(rest);
    while (next_unit < kTimeUnits.size() && kTimeUnits[next_unit].name != letters) ++next_unit;
    if (next_unit == kTimeUnits.size()) return bad();
    const auto part = number->times(kTimeUnits[next_unit++].size);
    if (!part || *part > kMostMicroseconds) return bad();
    total += *part;
  } while (!rest.empty());
  if (total > kMostMicroseconds) return bad();
  return Duration{static_cast<std::int64_t>(total)};
}

Result<std::pair<Duration, Duration>> parse_duration_range(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) {
    auto both = parse_duration(text);
    if (!both) return both.error();
    return std::pair{*both, *both};
  }
  auto least = parse_duration(text.substr(0, dots));
  if (!least) return least.error();
  auto most = parse_duration(text.substr(dots + 2));
  if (!most) return most.error();
  if (*most < *least) return not_a("a range of durations", text, "the smaller one first, like 10s..5m");
  return std::pair{*least, *most};
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const auto bad = [&] { return not_a("a size in bytes", text, "one like 4096, 50MiB, 4GiB or 1GB"); };
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number) return bad();
  const auto letters = take_letters(rest);
  if (!rest.empty()) return bad();
  std::uint64_t size = letters.empty() ? 1 : 0;
  for (const auto& unit : kByteUnits) {
    if (unit.name == letters) size = unit.size;
  }
  const auto bytes = size == 0 ? std::nullopt : number->times(size);
  if (!bytes) return bad();
  return *bytes;
}

Result<double> parse_percent(std::string_view text) {
  const auto bad = [&] { return not_a("a percentage", text, "one from 0% to 100%, like 5% or 0.5%"); };
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number || rest != "%") return bad();
  double value = static_cast<double>(number->whole), scale = 1;
  for (char c : number->decimals) value += (c - '0') / (scale *= 10);
  if (value > 100) return bad();
  return value;
}

Result<std::uint32_t> parse_cpu(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  const auto milli = number && rest.empty() ? number->times(1000) : std::nullopt;
  if (!milli || *milli > std::numeric_limits<std::uint32_t>::max()) {
    return not_a("a number of CPUs", text, "one like 2 or 0.5, with at most three decimals");
  }
  return static_cast<std::uint32_t>(*milli);
}

std::string format_duration(Duration duration) {
  if (duration.us == 0) return "0s";
  std::string out = duration.us < 0 ? "-" : "";
  std::uint64_t rest =
      duration.us < 0 ? 0 - static_cast<std::uint64_t>(duration.us) : static_cast<std::uint64_t>(duration.us);
  for (const auto& unit : kTimeUnits) {
    if (rest < unit.size) continue;
    out += std::to_string(rest / unit.size) + std::string(unit.name);
    rest %= unit.size;
  }
  return out;
}

std::string format_bytes(std::uint64_t bytes) {
  for (const auto& unit : kByteUnits) {
    if (bytes != 0 && unit.name.size() == 3 && bytes % unit.size == 0) {
      return std::to_string(bytes / unit.size) + std::string(unit.name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace argosy
