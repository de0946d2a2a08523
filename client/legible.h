// Text of files, peers and callers for a terminal: line breaks stay, other control characters and unclean bytes become \xNN.
#pragma once

#include <string>

namespace argosy::client {

std::string legible(const std::string& text);

}  // namespace argosy::client
