#include "client/wrapped.h"

#include <vector>

#include "client/output.h"

namespace argosy::client {
namespace {

// Each with what follows it up to the next, a blank or a line's end. What stands in `…` is one word.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '`') quoted = !quoted;
    out.back() += c;
    if (c == '\n' || (c == ' ' && !quoted)) out.emplace_back();
  }
  return out;
}

}  // namespace

std::string wrapped(const std::string& text, int width, std::size_t indent) {
  constexpr int kLeast = 24;
  if (width < static_cast<int>(indent) + kLeast) return text;
  std::string out;
  std::size_t at = indent;
  for (const auto& word : words_of(text)) {
    const std::size_t wide = text_width(word);
    const bool goes_on = word.ends_with(' ') || word.ends_with('\n');
    if (at > indent && at + wide - (goes_on ? 1 : 0) > static_cast<std::size_t>(width)) {
      out.erase(out.find_last_not_of(' ') + 1);
      out += "\n" + std::string(indent, ' ');
      at = indent;
    }
    out += word;
    at = word.ends_with('\n') ? indent : at + wide;
    if (word.ends_with('\n')) out += std::string(indent, ' ');
  }
  return out;
}

}  // namespace argosy::client
