// Bytes inside JSON: RFC 4648 base64, with padding, without line breaks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace argosy {

std::string to_base64(std::string_view bytes);
// Nothing: not base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace argosy
