// The one thing that a broker reads in a client's body: the key or request id, so that its refusals can bear
// it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace argosy::broker {

// Empty: the word has none, or the body cannot be decoded.
std::string request_of(std::uint16_t word, std::string_view body);

}  // namespace argosy::broker
