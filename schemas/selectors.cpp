#include "schemas/selectors.h"

#include <charconv>
#include <optional>
#include <string>

#include "base/text.h"

namespace argosy {
namespace {

std::optional<ExecutionId> parse_id(std::string_view text) {
  ExecutionId id;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, id.value);
  if (error != std::errc() || at != end || id.value == 0) return std::nullopt;
  return id;
}

}  // namespace

Result<Selector> parse_selector(std::string_view text) {
  if (text == "last") return Selector{SelectorKind::last, {}, {}};
  if (text == "all") return Selector{SelectorKind::all, {}, {}};
  const auto dash = text.find('-');
  const auto first = parse_id(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_id(text.substr(dash + 1));
  if (!first || !last) {
    return Error{"'" + printable(text) + "' names no execution: write its number, a range as 3-9, last, or all"};
  }
  if (*last < *first) return Error{"'" + printable(text) + "' is an empty range: the smaller number goes first"};
  return Selector{dash == std::string_view::npos ? SelectorKind::one : SelectorKind::range, *first, *last};
}

}  // namespace argosy
