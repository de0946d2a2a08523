// SHA-256 over a stream of bytes: names of content, plans and requests. libsodium lives in the source file, a library of
// its own (argosy_digest): cores do not link it. Thread rule: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace argosy {

class Sha256 {
 public:
  using Value = std::array<std::uint8_t, 32>;

  Sha256();
  void add(std::string_view bytes);
  Value finish();            // once; afterwards the object starts anew
  std::string finish_hex();  // the same as 64 lower-case digits

  static Value of(std::string_view bytes);
  static std::string hex_of(std::string_view bytes);

 private:
  alignas(16) std::array<std::uint8_t, 128> state_;  // libsodium's state, kept out of this header
};

std::string to_hex(std::string_view bytes);

}  // namespace argosy
