#include "client/numbers.h"

#include <charconv>
#include <sstream>
#include <string>
#include <type_traits>

#include "base/text.h"

namespace argosy::client {
namespace {

template <class Number>
std::string text_of(Number number) {
  std::ostringstream out;
  out << number;
  return out.str();
}

// `type`: as help writes it.
template <class Number>
CLI::Validator number_in(Number least, Number most, const std::string& type, const std::string& kind) {
  const auto check = [=](const std::string& given) -> std::string {
    Number value{};
    const char* end = given.data() + given.size();
    const auto [at, error] = std::from_chars(given.data(), end, value);
    const bool whole = error == std::errc() && at == end;
    const bool plain = whole && (std::is_floating_point_v<Number> || text_of(value) == given);  // "010" is eight to others
    if (plain && least <= value && value <= most) return {};
    return "'" + printable(given, 40) + "' is no " + kind + " from " + text_of(least) + " to " + text_of(most);
  };
  return CLI::Validator(check, type + " in [" + text_of(least) + " - " + text_of(most) + "]");
}

}  // namespace

CLI::Validator whole_number(std::int64_t least, std::int64_t most) { return number_in(least, most, "INT", "whole number"); }
CLI::Validator decimal_number(double least, double most) { return number_in(least, most, "FLOAT", "number"); }

}  // namespace argosy::client
