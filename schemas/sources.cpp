#include "schemas/sources.h"

#include <charconv>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "schemas/json_text.h"

namespace argosy {
namespace {

constexpr const char* kRangeHint = "write one like 1-1000, 1-1000:2 or 7, and lists like 1,3,5-9";

std::string too_many_items() {
  return "more than " + std::to_string(limits::kItemsPerTask) + " items; split the array";
}

bool take_number(std::string_view& text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// Adds one value; nothing when all is well, else what is wrong with it.
std::optional<std::string> add_value(PackedItems& items, std::string_view value) {
  if (items.count >= limits::kItemsPerTask) return too_many_items();
  if (value.size() > limits::kItemBytes) {
    return "an item of " + std::to_string(value.size()) + " bytes; at most " +
           std::to_string(limits::kItemBytes) + " are allowed, so put it in a file and name that";
  }
  if (items.bytes.size() + value.size() + 1 > limits::kItemListBytes)
    return "more than 1 GiB of items; split the array";
  if (const auto bad = first_unclean_byte(value)) {
    return "byte " + std::to_string(*bad + 1) + " of the item is " +
           (value[*bad] == '\0' ? "NUL" : "no valid UTF-8") + "; items must be UTF-8 text";
  }
  items.bytes.append(value);
  items.bytes.push_back('\0');
  ++items.count;
  return std::nullopt;
}

Error at_line(std::string_view name, std::size_t line, const std::string& what) {
  return Error{std::string(name) + ":" + std::to_string(line) + ": " + what};
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) line += text[i] == '\n';
  return line;
}

std::string_view without_mark(std::string_view text) {
  return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text;
}

// The number at position `i`, in arithmetic that may pass 2^63 on its way.
std::string number_at(const Range& range, std::uint64_t i) {
  const auto offset = i * static_cast<std::uint64_t>(range.step);
  return std::to_string(static_cast<std::int64_t>(static_cast<std::uint64_t>(range.first) + offset));
}

Error empty_array(std::string_view name) {
  return Error{std::string(name) + ": it has no items; an array needs at least one"};
}

// Calls each(line, number) for each line, its end taken off, until it gives an error.
template <class Each>
std::optional<Error> each_line(std::string_view text, Each each) {
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto newline = text.find('\n', at);
    const auto end = newline == std::string_view::npos ? text.size() : newline;
    std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (auto error = each(line, ++number)) return error;
    at = end + 1;
  }
  return std::nullopt;
}

Result<PackedItems> items_of_json_array(std::string_view text, std::string_view name) {
  PackedItems items;
  std::optional<Error> trouble;
  const auto error = json_each_element(text, [&](std::string_view raw) {
    if (auto bad = add_value(items, json_plain(raw))) {
      trouble = at_line(name, line_of(text, static_cast<std::size_t>(raw.data() - text.data())), *bad);
    }
    return !trouble;
  });
  if (trouble) return *trouble;
  if (error) return at_line(name, line_of(text, error->offset), "broken JSON: " + error->what);
  return items;
}

Result<PackedItems> items_of_json_lines(std::string_view text, std::string_view name) {
  PackedItems items;
  auto trouble = each_line(text, [&](std::string_view line, std::size_t number) -> std::optional<Error> {
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) return std::nullopt;
    line = line.substr(first, line.find_last_not_of(" \t") - first + 1);
    JsonError error;
    const auto end = json_value_end(line, 0, error);
    if (!end) {
      return at_line(name, number,
                     "column " + std::to_string(first + error.offset + 1) + ": broken JSON: " + error.what +
                         "; write a JSON array, or one JSON value a line");
    }
    if (*end != line.size()) {
      return at_line(name, number,
                     "column " + std::to_string(first + *end + 1) +
                         ": something follows the value; write a JSON array, or one JSON value a line");
    }
    if (auto bad = add_value(items, json_plain(line))) return at_line(name, number, *bad);
    return std::nullopt;
  });
  if (trouble) return *trouble;
  return items;
}

}  // namespace

Result<Range> parse_range(std::string_view text) {
  std::string_view rest = text;
  const auto bad = [&](const std::string& what) {
    return Error{"\"" + printable(text) + "\" is no range: " + what + "; " + kRangeHint};
  };
  Range range;
  if (!take_number(rest, range.first)) return bad("it must begin with a whole number of at most 64 bits");
  range.last = range.first;
  if (take_char(rest, '-') && !take_number(rest, range.last)) return bad("a whole number must follow '-'");
  if (take_char(rest, ':') && !take_number(rest, range.step)) return bad("a whole number must follow ':'");
  if (!rest.empty()) return bad("\"" + printable(rest) + "\" is left over");
  if (range.last < range.first) return bad("it is empty, since its end is below its beginning");
  if (range.step < 1) return bad("the step must be at least 1");
  if (range_count(range) > limits::kItemsPerTask) return bad(too_many_items());
  return range;
}

Result<ItemList> parse_item_ranges(std::string_view text) {
  ItemList list;
  if (text.find(',') == std::string_view::npos) {
    auto range = parse_range(text);
    if (!range) return range.error();
    list.is_range = true;
    list.range = *range;
    return list;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = text.find(',', at);
    const auto end = comma == std::string_view::npos ? text.size() : comma;
    auto range = parse_range(text.substr(at, end - at));
    if (!range) return range.error();
    const std::uint64_t count = range_count(*range);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (auto bad = add_value(list.packed, number_at(*range, i))) return Error{*bad};
    }
    at = end + 1;
  }
  return list;
}

Result<PackedItems> items_of_lines(std::string_view text, std::string_view name) {
  text = without_mark(text);
  PackedItems items;
  items.bytes.reserve(text.size() + 1);
  std::size_t empty_line = 0;  // allowed only if nothing follows
  auto trouble = each_line(text, [&](std::string_view line, std::size_t number) -> std::optional<Error> {
    if (line.empty()) {
      if (empty_line == 0) empty_line = number;
      return std::nullopt;
    }
    if (empty_line != 0)
      return at_line(name, empty_line, "an empty line, which would be an empty item; delete it");
    if (auto bad = add_value(items, line)) return at_line(name, number, *bad);
    return std::nullopt;
  });
  if (trouble) return *trouble;
  if (items.count == 0) return empty_array(name);
  return items;
}

Result<PackedItems> items_of_json(std::string_view text, std::string_view name) {
  text = without_mark(text);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return empty_array(name);
  // "[1,2]" alone is an array of two; "[1,2]\n[3,4]" are two lines, each an item.
  JsonError error;
  const auto end = text[first] == '[' ? json_value_end(text, first, error) : std::nullopt;
  const bool lines =
      text[first] != '[' || (end && text.find_first_not_of(" \t\r\n", *end) != std::string_view::npos);
  auto items = lines ? items_of_json_lines(text, name) : items_of_json_array(text, name);
  if (items && items->count == 0) return empty_array(name);
  return items;
}

Result<PackedItems> items_of_list(std::string_view text, std::string_view name) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '[') return items_of_json(text, name);
  return items_of_lines(text, name);
}

std::vector<std::string> unpack_items(const PackedItems& packed) {
  std::vector<std::string> out;
  out.reserve(packed.count);
  for (std::size_t at = 0; at < packed.bytes.size();) {
    const auto end = packed.bytes.find('\0', at);
    if (end == std::string::npos) break;
    out.push_back(packed.bytes.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

PackedItems pack_items(const std::vector<std::string>& values) {
  PackedItems out;
  for (const auto& value : values) {
    out.bytes += value;
    out.bytes += '\0';
    ++out.count;
  }
  return out;
}

Status check_packed_items(const PackedItems& packed) {
  if (packed.count == 0) return Error{"an array of no items"};
  if (!packed.bytes.empty() && packed.bytes.back() != '\0') return Error{"the last item is not ended"};
  PackedItems seen;
  for (std::size_t at = 0; at < packed.bytes.size();) {
    const auto end = packed.bytes.find('\0', at);
    const auto value = std::string_view(packed.bytes).substr(at, end - at);
    seen.bytes.clear();
    if (auto bad = add_value(seen, value)) return Error{"item " + std::to_string(seen.count) + ": " + *bad};
    at = end + 1;
  }
  if (packed.bytes.size() > limits::kItemListBytes) return Error{"more than 1 GiB of items; split the array"};
  if (seen.count != packed.count) {
    return Error{std::to_string(seen.count) + " items where " + std::to_string(packed.count) +
                 " were announced"};
  }
  return Done{};
}

std::uint64_t range_count(const Range& range) {
  CHECK(range.step > 0 && range.first <= range.last);
  const std::uint64_t span = static_cast<std::uint64_t>(range.last) - static_cast<std::uint64_t>(range.first);
  const std::uint64_t steps = span / static_cast<std::uint64_t>(range.step);
  return steps == UINT64_MAX ? steps : steps + 1;
}

std::uint64_t item_count(const ForEach& for_each) {
  switch (for_each.source) {
    case ItemSource::none:
      return 1;
    case ItemSource::range:
      return range_count(for_each.range);
    case ItemSource::values:
      return for_each.values.size();
    case ItemSource::blob:
      return for_each.blob_count;
    case ItemSource::parameter:
      break;
  }
  CHECK(false && "a list that a parameter gives is counted once it is known");
  return 0;
}

std::optional<std::string> item_value(const ForEach& for_each, ItemNo item) {
  if (for_each.source == ItemSource::range && item.value < range_count(for_each.range)) {
    return number_at(for_each.range, item.value);
  }
  if (for_each.source == ItemSource::values && item.value < for_each.values.size()) {
    return for_each.values[static_cast<std::size_t>(item.value)];
  }
  return std::nullopt;
}

std::string item_id(const ForEach& for_each, ItemNo item) {
  if (for_each.source == ItemSource::range) {
    if (auto value = item_value(for_each, item)) return *value;
  }
  return std::to_string(item.value);
}

}  // namespace argosy
