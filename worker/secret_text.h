// SecretText: text that leaves no copy behind on the heap: its bytes are wiped where it grows out of its place, shrinks or goes.
//
// A value; one thread. A copy is another place, wiped in its turn. The view is good until the next change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace argosy {

class SecretText {
 public:
  SecretText() = default;
  SecretText(const SecretText&) = default;
  SecretText(SecretText&& other) noexcept { text_.swap(other.text_); }
  SecretText& operator=(SecretText other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  // Wholly: a short text that was moved away still stands in its old place.
  ~SecretText() {
    text_.resize(text_.capacity());
    clear();
  }

  void append(std::string_view more) {
    if (more.size() > text_.capacity() - text_.size()) grow(more.size());
    text_.append(more);
  }
  void drop_front(std::size_t count) {
    const std::size_t left = text_.size() - count;
    std::memmove(text_.data(), text_.data() + count, left);
    explicit_bzero(text_.data() + left, count);
    text_.resize(left);
  }
  void clear() {
    explicit_bzero(text_.data(), text_.size());
    text_.clear();
  }

  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }
  char* data() { return text_.data(); }
  std::string_view view() const { return text_; }

 private:
  void grow(std::size_t more) {
    SecretText larger;
    larger.text_.reserve(text_.size() + std::max(text_.size(), more));
    larger.text_.append(text_);
    text_.swap(larger.text_);
  }

  std::string text_;
};

}  // namespace argosy
