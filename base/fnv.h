// FNV-1a with 64 bits, by Fowler, Noll and Vo (draft-eastlake-fnv): the same value on every machine and in every release.
// No protection against chosen input. Its low bits alone follow the last byte; fold before a small modulus.
#pragma once

#include <cstdint>
#include <string_view>

namespace argosy {

inline constexpr std::uint64_t kFnvBasis = 0xcbf29ce484222325;
inline constexpr std::uint64_t kFnvPrime = 0x100000001b3;

// `hash`: what came before.
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = kFnvBasis) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return hash;
}

}  // namespace argosy
