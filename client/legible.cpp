#include "client/legible.h"

#include <algorithm>

#include "base/text.h"

namespace argosy::client {

std::string legible(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += (at == 0 ? "" : "\n") + printable(std::string_view(text).substr(at, end - at), 4 * text.size() + 4);
    at = end + 1;
  }
  return out;
}

}  // namespace argosy::client
