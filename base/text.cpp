#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/limits.h"

namespace argosy {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The length of the well-formed character at `at`; 0: none.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const auto follows = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
    return at + i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const std::uint8_t low = first == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const std::uint8_t low = first == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

// Of ASCII, and those that stand above it (U+0080 … U+009F): a terminal obeys both.
bool is_control(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(at) < 0x20 || byte(at) == 0x7F) return true;
  return byte(at) == 0xC2 && at + 1 < text.size() && byte(at + 1) >= 0x80 && byte(at + 1) <= 0x9F;
}

// Without regard to case or - and _.
bool same(char x, char y) {
  const auto fold = [](char c) { return c == '-' ? '_' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c + 32) : c; };
  return fold(x) == fold(y);
}

// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`, or `most` if it takes that many. Required: both
// are as long as a name at most. Looks only where fewer than `most` are possible, since some ask this of thousands of names.
std::size_t edits(std::string_view a, std::string_view b, std::size_t most) {
  std::array<std::array<std::size_t, limits::kNameBytes + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = std::min(j, most);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& second = rows[(i + 1) % 3];
    row.fill(most);
    row[0] = std::min(i, most);
    std::size_t least = row[0];
    for (std::size_t j = i < most ? 1 : i - most + 1; j <= std::min(b.size(), i + most - 1); ++j) {
      const std::size_t replaced = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1, most});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) row[j] = std::min(row[j], second[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least >= most) return most;
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::optional<std::size_t> first_unclean_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_at(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

bool is_variable_name(std::string_view text) {
  if (text.empty() || is_digit(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_parameter_name(std::string_view text) {
  if (text.empty() || is_digit(text[0]) || text[0] == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytes || text[0] == '.' || text[0] == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; });
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > limits::kNameBytes) return std::nullopt;
  std::size_t best = std::max<std::size_t>(1, std::min<std::size_t>(3, word.size() / 2)) + 1;
  std::optional<std::string> found;
  for (const auto& candidate : known) {
    if (candidate.size() > limits::kNameBytes) continue;
    const std::size_t apart = candidate.size() > word.size() ? candidate.size() - word.size() : word.size() - candidate.size();
    if (apart >= best) continue;
    const std::size_t distance = edits(word, candidate, best);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string printable(std::string_view text, std::size_t most) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    const std::size_t length = is_control(text, at) ? 0 : character_at(text, at);
    if (out.size() + std::max<std::size_t>(length, 4) > most) return out + "…";
    if (length == 0) {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      at += 1;
    } else {
      out += text.substr(at, length);
      at += length;
    }
  }
  return out;
}

}  // namespace argosy
