// JSON read in place, for cores and for arrays of a million values: no tree is built, values are slices of
// the text. Strict RFC 8259; nesting of at most kJsonDepth. Errors say the byte offset: "at byte 17: expected
// ':'".
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace argosy {

inline constexpr int kJsonDepth = 64;

struct JsonError {
  std::size_t offset = 0;
  std::string what;
};

// The end of the JSON value that starts at `at`, blanks before it skipped; sets `error` and gives nothing if
// there is none.
std::optional<std::size_t> json_value_end(std::string_view text, std::size_t at, JsonError& error);

// Calls `each` with every element of the array that `text` is, in order, until it gives false.
// Nothing: all well. `text` must be one whole array with only blanks around it.
std::optional<JsonError> json_each_element(std::string_view text,
                                           const std::function<bool(std::string_view)>& each);

// The raw value of member `name` of the object that `text` is; nothing if it has none or is no valid object.
// With a name given twice, the last one counts.
std::optional<std::string> json_member(std::string_view text, std::string_view name);

// What a value is as an item, an argument or a variable: a string's characters, everything else its JSON
// text. Required: `raw` is one valid JSON value.
std::string json_plain(std::string_view raw);

// True if `text` is one whole JSON document.
bool is_json(std::string_view text);

}  // namespace argosy
