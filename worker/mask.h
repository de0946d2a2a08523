// Mask: replaces exact echoes of secret values in a stream of bytes by "***", also where an echo is read in two parts.
// A value shorter than 4 bytes is left alone: hiding it would riddle the log and hide nothing. One stream, one thread.
#pragma once

#include <string>
#include <vector>

namespace argosy::worker {

class Mask {
 public:
  explicit Mask(std::vector<std::string> values);
  ~Mask();  // wipes the values

  // What may be shown of `bytes` now; the rest, which might be the beginning of a value, is kept for the next call.
  std::string pass(const std::string& bytes);
  // The end of the stream: what was kept.
  std::string finish();

  bool idle() const { return values_.empty(); }

 private:
  std::size_t longest_beginning(const std::string& text) const;

  std::vector<std::string> values_;  // longest first
  std::string kept_;
};

}  // namespace argosy::worker
