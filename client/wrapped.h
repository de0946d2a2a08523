// Sentences for people, in lines that fit their terminal.
#pragma once

#include <cstddef>
#include <string>

namespace argosy::client {

// Text that begins at column `indent`, in lines that end before `width` and begin there too. Broken at blanks, never within `…`,
// so that a command can be copied; not at all where that leaves too little, or `width` is 0.
std::string wrapped(const std::string& text, int width, std::size_t indent);

}  // namespace argosy::client
