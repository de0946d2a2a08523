// "1 row", "2 rows": a number with what it counts. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace argosy {

// `what`: one of them; its plural ends in s.
inline std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace argosy
