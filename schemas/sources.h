// Where an array's items come from: ranges, lists, lines, JSON. Pure; source_files.h reads the files.
//
// The id of an item, as people see it (ARGOSY_ITEM_ID, listings), is the number itself for a range and the
// position from 0 for everything else. ItemNo is the position from 0 always.
//
// A value is text of at most limits::kItemBytes, UTF-8 without NUL: a JSON string stands for its characters,
// any other JSON value for its JSON text. An array has 1 … limits::kItemsPerTask items. Errors name the
// place: "tables.txt:17: …".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "schemas/package.h"

namespace argosy {

// Values one after another, each ended by a NUL: the form of a blob (ForEach::blob_digest is the SHA-256 of
// these bytes). Holding a million short values this way costs a tenth of a vector of strings.
struct PackedItems {
  std::string bytes;
  std::uint64_t count = 0;

  bool operator==(const PackedItems&) const = default;
};

// Either a range, or packed values (then `range` says nothing).
struct ItemList {
  bool is_range = false;
  Range range;
  PackedItems packed;
};

// "1-1000", "1-1000:2", "-5-5", "7", and lists of them: "1,3,5-9". One range stays a range; a list becomes
// values.
Result<ItemList> parse_item_ranges(std::string_view text);
// A range alone, as for_each takes it.
Result<Range> parse_range(std::string_view text);

// One item a line. A last line without newline counts; a carriage return before a newline and a UTF-8 byte
// order mark at the beginning are dropped; an empty line is an error (an empty item is most often a mistake),
// except at the end. `name` is what errors call the text: its file.
Result<PackedItems> items_of_lines(std::string_view text, std::string_view name);

// A JSON array, or JSON lines (one value a line, empty lines ignored).
Result<PackedItems> items_of_json(std::string_view text, std::string_view name);

// The value of a `list` parameter: JSON if its first character is '[', lines otherwise.
Result<PackedItems> items_of_list(std::string_view text, std::string_view name);

std::vector<std::string> unpack_items(const PackedItems& packed);
PackedItems pack_items(const std::vector<std::string>& values);

// Checks bytes that came from elsewhere: exactly `count` clean values within limits, each ended.
Status check_packed_items(const PackedItems& packed);

std::uint64_t range_count(const Range& range);  // Required: step > 0, first <= last

// Items of a task whose source is none (1), range, values or blob. Required: not a parameter.
std::uint64_t item_count(const ForEach& for_each);
// The value of an item of a range or of inline values; nothing for the others and past the end.
std::optional<std::string> item_value(const ForEach& for_each, ItemNo item);
// Its id as people see it.
std::string item_id(const ForEach& for_each, ItemNo item);

}  // namespace argosy
