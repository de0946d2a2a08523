// What an option that is a number may be. Failure: what was given, and the range; both ends are in it. Thread rule: values.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace argosy::client {

inline constexpr std::int64_t kRowsMost = 1'000'000'000;  // of a list: more than anybody reads

// In plain decimal digits, with no other way to write it.
CLI::Validator whole_number(std::int64_t least, std::int64_t most);
// "0.5"; for seconds.
CLI::Validator decimal_number(double least, double most);

}  // namespace argosy::client
