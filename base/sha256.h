// SHA-256 (FIPS 180-4) without a library: the names of content and plans, for layers that link no
// cryptography. Thread rule: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace argosy {

class Sha256 {
 public:
  void add(std::string_view bytes);
  std::string finish_hex();  // 64 lower-case digits; once

  static std::string hex_of(std::string_view bytes);

 private:
  void take_block(const unsigned char* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest_{};
  std::uint64_t total_ = 0;
};

}  // namespace argosy
