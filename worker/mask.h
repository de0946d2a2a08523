// Mask: replaces exact echoes of secret values in a stream of bytes by "***", wherever the stream was cut into reads.
//
// Each byte that stands in an echo is hidden, also where echoes overlap; those that overlap or touch are one "***". A value
// shorter than 4 bytes is left alone: hiding it would riddle the log and hide nothing. One stream, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "worker/secret_text.h"

namespace argosy::worker {

class Mask {
 public:
  explicit Mask(std::vector<std::string> values);
  ~Mask();  // wipes the values

  // What may be shown of `bytes` now; the rest, which might be the beginning of an echo, is kept for the next call.
  std::string pass(std::string_view bytes);
  // The end of the stream: what was kept.
  std::string finish();

  bool idle() const { return values_.empty(); }

 private:
  struct Value {
    std::string text;
    std::vector<std::uint32_t> back;  // by how many bytes of `text` are met: the next shorter beginning that ends them too
    std::size_t met = 0;              // of `text`, at the end of the stream
  };

  void hide_echoes(Value& value, std::size_t from);
  std::string give(std::size_t count);

  std::vector<Value> values_;
  SecretText kept_;
  std::string marks_;   // for each byte of kept_, whether it is hidden
  bool hiding_ = false; // the last byte that was given out
};

}  // namespace argosy::worker
