#include "schemas/toml_keys.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

namespace argosy {
namespace {

std::string line_of(const std::string& key, const std::string& value) { return value.empty() ? "" : key + " = " + value + "\n"; }

// Under a heading of its own, [key] or [[key]]: the table that begins there.
const toml::node* headed(const toml::node& node) {
  if (const auto* table = node.as_table()) return table->is_inline() ? nullptr : table;
  const auto* array = node.as_array();
  return array != nullptr && !array->empty() ? headed(*array->get(0)) : nullptr;
}

struct Change {
  std::size_t last = 0;  // line
  std::string text;
};

}  // namespace

Result<std::string> with_keys(const std::string& text, std::string_view name, std::map<std::string, std::string> values) {
  toml::table table;
  const auto at = [&](const toml::source_region& source) { return std::string(name) + ":" + std::to_string(source.begin.line) + ": "; };
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return Error{at(error.source()) + std::string(error.description())};
  }
  std::map<std::size_t, Change> changes;  // by first line
  std::size_t first_table = std::numeric_limits<std::size_t>::max();
  for (const auto& [key, node] : table) {
    const toml::node* heading = headed(node);
    if (heading != nullptr) first_table = std::min<std::size_t>(first_table, heading->source().begin.line);
    const auto value = values.find(std::string(key.str()));
    if (value == values.end()) continue;
    if (heading != nullptr) return Error{at(heading->source()) + value->first + " was written by hand, as a table; take it out there"};
    changes[node.source().begin.line] = {node.source().end.line, line_of(value->first, value->second)};
    values.erase(value);
  }
  std::string rest;
  for (const auto& [key, value] : values) rest += line_of(key, value);

  std::string out;
  std::size_t number = 0, covered = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (++number == first_table) out += std::exchange(rest, "");
    const auto change = changes.find(number);
    if (change != changes.end()) {
      out += change->second.text;
      covered = change->second.last;
    }
    if (number > covered) out += line + "\n";
  }
  return out + rest;
}

}  // namespace argosy
