// The key or request id in a client's body, so that a refusal of what is not read otherwise can bear it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace argosy {

// Empty: the word has none, or the body cannot be decoded.
std::string request_of(std::uint16_t word, std::string_view body);

}  // namespace argosy
