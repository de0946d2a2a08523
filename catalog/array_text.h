// PostgreSQL's text form of an array: {1,2,3} or {"a","b\"c"}. One string is one parameter for many rows.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "catalog/sql.h"

namespace argosy::catalog {

inline void add_element(std::string& out, std::int64_t n) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
}

inline void add_element(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t at = text.find_first_of("\"\\", from);
    out += text.substr(from, at - from);
    if (at == std::string_view::npos) break;
    out += '\\';
    out += text[at];
    from = at + 1;
  }
  out += '"';
}

inline void add_element(std::string& out, const Bytes& bytes) {
  out += "\"\\\\x";
  const std::size_t from = out.size();
  out.resize(from + 2 * bytes.data.size());
  char* to = out.data() + from;
  for (const char c : bytes.data) {
    *to++ = "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    *to++ = "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  out += '"';
}

// The array of field(row) for all rows.
template <class Rows, class Field>
std::string array_text(const Rows& rows, Field field) {
  std::string out = "{";
  for (const auto& row : rows) {
    if (out.size() > 1) out += ',';
    if constexpr (std::is_integral_v<decltype(field(row))>)
      add_element(out, static_cast<std::int64_t>(field(row)));
    else
      add_element(out, field(row));
  }
  return out += '}';
}

}  // namespace argosy::catalog
