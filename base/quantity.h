// Quantities as people write them: 30m, 4GiB, 5%. For manifests, command lines and configuration alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/time.h"

namespace argosy {

// "500us", "250ms", "30s", "5m", "2h", "1d", joined from large to small: "1h30m"; a part may have decimals:
// "1.5s". The bare number 0 is allowed; any other number needs its unit. At most ten thousand years, never
// negative.
Result<Duration> parse_duration(std::string_view text);

// "10s..5m": least and most; a single duration is both.
Result<std::pair<Duration, Duration>> parse_duration_range(std::string_view text);

// "4096", "50MiB", "1GB": bytes. KiB, MiB, GiB, TiB, PiB are powers of 1024; kB (or KB), MB, GB, TB, PB of
// 1000; B is one.
Result<std::uint64_t> parse_bytes(std::string_view text);

// "5%", "0.5%": 0 … 100.
Result<double> parse_percent(std::string_view text);

// CPUs to thousandths: "2", "0.5"; at most three decimals.
Result<std::uint32_t> parse_cpu(std::string_view text);

// The shortest text that the parsers above read as the same quantity.
std::string format_duration(Duration duration);
std::string format_bytes(std::uint64_t bytes);

}  // namespace argosy
