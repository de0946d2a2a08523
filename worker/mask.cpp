#include "worker/mask.h"

#include <algorithm>
#include <utility>

#include "fabric/sealing.h"

namespace argosy::worker {

Mask::Mask(std::vector<std::string> values) : values_(std::move(values)) {
  std::erase_if(values_, [](const std::string& value) { return value.size() < 4; });
  std::sort(values_.begin(), values_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

Mask::~Mask() {
  for (auto& value : values_) fabric::wipe(value);
}

// How many bytes at the end of `text` are the beginning of a value that is not whole yet.
std::size_t Mask::longest_beginning(const std::string& text) const {
  std::size_t longest = 0;
  for (const auto& value : values_) {
    for (std::size_t n = std::min(text.size(), value.size() - 1); n > longest; --n) {
      if (text.compare(text.size() - n, n, value, 0, n) == 0) longest = n;
    }
  }
  return longest;
}

std::string Mask::pass(const std::string& bytes) {
  std::string text = std::exchange(kept_, {}) + bytes;
  for (const auto& value : values_) {
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 3)) {
      text.replace(at, value.size(), "***");
    }
  }
  const std::size_t keep = longest_beginning(text);
  kept_ = text.substr(text.size() - keep);
  text.resize(text.size() - keep);
  return text;
}

std::string Mask::finish() { return std::exchange(kept_, {}); }

}  // namespace argosy::worker
