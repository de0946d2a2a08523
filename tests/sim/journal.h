// Journal: what happened, in order. Kept as a digest always, as text on request; the same seed gives the same journal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace argosy::sim {

class Journal {
 public:
  explicit Journal(bool keep_text) : keep_text_(keep_text) {}

  bool wants_text() const { return keep_text_; }

  // Anything that tells this run from another.
  void mix(std::uint64_t number) {
    digest_ = (digest_ ^ number) * 0x100000001b3;
    digest_ ^= digest_ >> 29;
  }
  void mix(std::string_view bytes) {
    for (const char c : bytes) digest_ = (digest_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  }

  // A line for people. Ask wants_text() before making an expensive one.
  void line(Time now, std::string_view text) {
    mix(static_cast<std::uint64_t>(now.us));
    mix(text.size());
    if (!keep_text_) return;
    const std::string us = std::to_string(now.us % 1'000'000);
    text_ += std::to_string(now.us / 1'000'000) + "." + std::string(6 - us.size(), '0') + us + " ";
    text_ += text;
    text_ += '\n';
  }

  std::uint64_t digest() const { return digest_; }
  const std::string& text() const { return text_; }

 private:
  bool keep_text_;
  std::uint64_t digest_ = 0xcbf29ce484222325;
  std::string text_;
};

}  // namespace argosy::sim
