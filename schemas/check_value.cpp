#include <array>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "schemas/check_package.h"
#include "schemas/json_text.h"
#include "schemas/sources.h"

namespace argosy {
namespace {

Error not_a(const char* what, const std::string& value, const char* hint) {
  return Error{"\"" + printable(value) + "\" is not " + what + "; write " + hint};
}

bool is_integer(const std::string& value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc{} && end == value.data() + value.size();
}

bool is_number(const std::string& value) {
  return !value.empty() && (value[0] == '-' || (value[0] >= '0' && value[0] <= '9')) && value.back() >= '0' &&
         value.back() <= '9' && is_json(value);
}

bool is_date(const std::string& value) {
  if (value.size() != 10 || value[4] != '-' || value[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t length) {
    int out = 0;
    for (std::size_t i = at; i < at + length; ++i) {
      if (value[i] < '0' || value[i] > '9') return -10'000;
      out = out * 10 + (value[i] - '0');
    }
    return out;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 1 || month < 1 || month > 12) return false;
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day >= 1 && day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

Status check_value(ParameterType type, const std::string& value) {
  const std::size_t most =
      type == ParameterType::list ? limits::kListParameterBytes : limits::kParameterBytes;
  if (value.size() > most) {
    return Error{"a value of " + std::to_string(value.size()) + " bytes; at most " + std::to_string(most) +
                 " are allowed, so put it in a file and name that"};
  }
  if (!is_clean_text(value)) return Error{"the value holds a NUL or bad UTF-8; parameters are UTF-8 text"};
  switch (type) {
    case ParameterType::string:
      return Done{};
    case ParameterType::integer:
      if (!is_integer(value))
        return not_a("an integer", value, "digits, perhaps after a '-', within 64 bits");
      return Done{};
    case ParameterType::number:
      if (!is_number(value)) return not_a("a number", value, "one like 3, -0.5 or 1e6");
      return Done{};
    case ParameterType::boolean:
      if (value != "true" && value != "false") return not_a("a boolean", value, "true or false");
      return Done{};
    case ParameterType::date:
      if (!is_date(value)) return not_a("a date", value, "a day of the calendar as YYYY-MM-DD");
      return Done{};
    case ParameterType::json:
      if (!is_json(value)) return not_a("JSON", value, "one JSON document");
      return Done{};
    case ParameterType::list: {
      auto items = items_of_list(value, "list");
      if (!items) return items.error();
      return Done{};
    }
  }
  return Error{"a type that this version does not know"};
}

std::vector<Problem> check_parameters(const Package& package,
                                      const std::map<std::string, std::string>& given) {
  Problems problems;
  std::vector<std::string> names;
  std::map<std::string, const Parameter*> known;
  for (const auto& parameter : package.parameters) {
    names.push_back(parameter.name);
    known[parameter.name] = &parameter;
    if (parameter.required && parameter.from.empty() && given.count(parameter.name) == 0) {
      problems.add("params." + parameter.name, "it is required and was not given",
                   "add -p " + printable(parameter.name) + "=…");
    }
  }
  for (const auto& [name, value] : given) {
    const std::string path = "params." + printable(name);
    const auto found = known.find(name);
    if (found == known.end()) {
      const auto meant = nearest(name, names);
      problems.add(path, "package " + printable(package.name) + " has no such parameter",
                   meant ? "did you mean \"" + *meant + "\"?" : "argosy project show lists them");
      continue;
    }
    auto status = check_value(found->second->type, value);
    if (status) continue;
    const bool secret = found->second->sensitive;  // its value must not stand in the message
    problems.add(path, secret ? "the value does not have the parameter's type" : status.error().message);
  }
  return problems.take();
}

}  // namespace argosy
