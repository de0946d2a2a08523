#include "schemas/settings.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "base/quantity.h"
#include "base/text.h"

namespace argosy {
namespace {

const toml::node& as_node(const void* node) { return *static_cast<const toml::node*>(node); }

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string place(std::string_view name, const toml::source_region& source) {
  return std::string(name) + ":" + std::to_string(source.begin.line) + ": ";
}

// Reads a text value with `parse` into a number within [least, most].
template <class Parse, class Number, class Assign>
std::string read_quantity(const void* node, Parse parse, Number least, Number most, const std::string& range,
                          Assign assign) {
  const auto text = as_node(node).value<std::string>();
  if (!text || !as_node(node).is_string()) return "wants a text with its unit, as in " + range;
  const auto parsed = parse(*text);
  if (!parsed) return parsed.error().message;
  if (*parsed < least || *parsed > most) return *text + " is outside of " + range;
  assign(*parsed);
  return {};
}

void collect(const toml::table& table, const std::string& prefix,
             std::vector<std::pair<std::string, const toml::node*>>& out) {
  for (const auto& [key, node] : table) {
    const std::string full = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      collect(*inner, full + ".", out);
    } else {
      out.emplace_back(full, &node);
    }
  }
}

// Comment lines of at most 80 characters.
std::string comment(const std::string& text) {
  std::string out;
  std::size_t width = 0;  // of the last line; UTF-8 continuation bytes do not count
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto begins = [](char c) { return (c & 0xC0) != 0x80; };
    const auto size = static_cast<std::size_t>(std::count_if(word.begin(), word.end(), begins));
    const bool fits = width > 0 && width + 1 + size <= 80;
    out += fits ? " " : out.empty() ? "# " : "\n# ";
    width = fits ? width + 1 + size : 2 + size;
    out += word;
  }
  return out + "\n";
}

}  // namespace

void Settings::keep(Entry entry) {
  if (entry.show) entry.initial = entry.show();
  entries_.push_back(std::move(entry));
}

void Settings::add(std::string key, std::string& field, std::string help) {
  keep({std::move(key), std::move(help), "", [&field] { return toml_text(field); },
        [&field](const void* node) -> std::string {
          if (!as_node(node).is_string()) return "wants a text in quotes";
          field = as_node(node).as_string()->get();
          return {};
        }});
}

void Settings::add(std::string key, std::vector<std::string>& field, std::string help) {
  const auto show = [&field] {
    std::string out = "[";
    for (const auto& one : field) out += (out.size() > 1 ? ", " : "") + toml_text(one);
    return out + "]";
  };
  const auto read = [&field](const void* node) -> std::string {
    const auto* array = as_node(node).as_array();
    if (array == nullptr) return "wants a list of texts: [\"a\", \"b\"]";
    std::vector<std::string> values;
    for (const auto& one : *array) {
      if (!one.is_string()) return "wants a list of texts only";
      values.push_back(one.as_string()->get());
    }
    field = std::move(values);
    return {};
  };
  keep({std::move(key), std::move(help), "", show, read});
}

void Settings::add(std::string key, bool& field, std::string help) {
  keep({std::move(key), std::move(help), "true or false",
        [&field] { return std::string(field ? "true" : "false"); },
        [&field](const void* node) -> std::string {
          if (!as_node(node).is_boolean()) return "wants true or false";
          field = as_node(node).as_boolean()->get();
          return {};
        }});
}

void Settings::add(std::string key, Duration& field, Duration least, Duration most, std::string help) {
  const std::string range = format_duration(least) + " … " + format_duration(most);
  keep({std::move(key), std::move(help), range, [&field] { return toml_text(format_duration(field)); },
        [&field, least, most, range](const void* node) {
          return read_quantity(node, parse_duration, least, most, range, [&](Duration d) { field = d; });
        }});
}

void Settings::add_bytes(std::string key, std::uint64_t& field, std::uint64_t least, std::uint64_t most,
                         std::string help) {
  const std::string range = format_bytes(least) + " … " + format_bytes(most);
  keep({std::move(key), std::move(help), range, [&field] { return toml_text(format_bytes(field)); },
        [&field, least, most, range](const void* node) {
          return read_quantity(node, parse_bytes, least, most, range,
                               [&](std::uint64_t n) { field = n; });
        }});
}

template <class Number>
void Settings::add_number(std::string key, Number& field, Number least, Number most, std::string help) {
  const std::string range = std::to_string(least) + " … " + std::to_string(most);
  const auto read = [&field, least, most, range](const void* node) -> std::string {
    if (!as_node(node).is_integer()) return "wants a whole number, " + range;
    const std::int64_t value = as_node(node).as_integer()->get();
    if (std::cmp_less(value, least) || std::cmp_greater(value, most)) {
      return std::to_string(value) + " is outside of " + range;
    }
    field = static_cast<Number>(value);
    return {};
  };
  keep({std::move(key), std::move(help), range, [&field] { return std::to_string(field); }, read});
}

void Settings::add(std::string key, std::int64_t& field, std::int64_t least, std::int64_t most, std::string help) {
  add_number(std::move(key), field, least, most, std::move(help));
}
void Settings::add(std::string key, std::uint64_t& field, std::uint64_t least, std::uint64_t most, std::string help) {
  add_number(std::move(key), field, least, most, std::move(help));
}
void Settings::add(std::string key, std::uint32_t& field, std::uint32_t least, std::uint32_t most, std::string help) {
  add_number(std::move(key), field, least, most, std::move(help));
}
void Settings::add(std::string key, int& field, int least, int most, std::string help) {
  add_number(std::move(key), field, least, most, std::move(help));
}

void Settings::add_table_list(std::string key, std::string help, std::string example,
                              std::function<std::vector<std::string>(Form)> show, std::function<void()> clear,
                              std::function<std::string(const FillRow&)> read) {
  const auto read_all = [clear, read](const void* node) -> std::string {
    const auto* array = as_node(node).as_array();
    if (array == nullptr) return "wants tables, each under [[" + std::string("…") + "]]";
    clear();
    for (const auto& each : *array) {
      const auto* table = each.as_table();
      if (table == nullptr) return "wants tables only";
      const std::string wrong = read([table](Settings& keys) { return keys.read_table(table); });
      if (!wrong.empty()) return "line " + std::to_string(table->source().begin.line) + ": " + wrong;
    }
    return {};
  };
  const auto show_all = [key, help, example, show](Form form) {
    std::string out = form == Form::changes ? "" : "\n" + comment(help);
    const auto tables = show(form);
    for (const auto& table : tables) out += (form == Form::changes ? "\n[[" : "[[") + key + "]]\n" + table;
    if (!tables.empty() || form == Form::changes) return out;
    std::istringstream lines("[[" + key + "]]\n" + example);
    for (std::string line; std::getline(lines, line);) out += (line.empty() ? "#" : "# " + line) + "\n";
    return out;
  };
  keep({key, help, "", nullptr, read_all, show_all});
}

// The first key that is not known, or whose value is wrong.
std::string Settings::read_table(const void* table) {
  std::vector<std::pair<std::string, const toml::node*>> values;
  collect(*as_node(table).as_table(), "", values);
  for (const auto& [key, node] : values) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
    if (found == entries_.end()) return "unknown key " + key;
    const std::string wrong = found->read(node);
    if (!wrong.empty()) return key + ": " + wrong;
  }
  return {};
}

Status Settings::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{file.string() + ": cannot be read; is it there, and readable for this user?"};
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file.string());
}

Status Settings::parse(std::string_view text, std::string_view name) {
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return Error{place(name, error.source()) + std::string(error.description())};
  }
  std::vector<std::pair<std::string, const toml::node*>> values;
  collect(table, "", values);
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.second->source().begin.line < b.second->source().begin.line;
  });
  for (const auto& [key, node] : values) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
    if (found == entries_.end()) {
      std::vector<std::string> known;
      for (const auto& entry : entries_) known.push_back(entry.key);
      const auto near = nearest(key, known);
      return Error{place(name, node->source()) + "unknown key " + key + (near ? "; did you mean " + *near + "?" : "")};
    }
    const std::string wrong = found->read(node);
    if (!wrong.empty()) return Error{place(name, node->source()) + key + ": " + wrong};
  }
  return Done{};
}

std::string Settings::write(Form form) const {
  std::string out;
  std::string table;
  // TOML wants keys without table before the first table.
  for (const bool in_table : {false, true}) {
    for (const auto& entry : entries_) {
      const auto dot = entry.key.rfind('.');
      if ((dot != std::string::npos) != in_table || entry.show_tables) continue;
      if (form == Form::changes && entry.show() == entry.initial) continue;
      const std::string of = in_table ? entry.key.substr(0, dot) : "";
      if (of != table) {
        table = of;
        out += "\n[" + table + "]\n";
      }
      if (form == Form::whole) out += comment(entry.help + (entry.range.empty() ? "" : " (" + entry.range + ")"));
      out += (in_table ? entry.key.substr(dot + 1) : entry.key) + " = " + entry.show() + "\n";
    }
  }
  for (const auto& entry : entries_) {
    if (entry.show_tables) out += entry.show_tables(form);
  }
  return out;
}

}  // namespace argosy
