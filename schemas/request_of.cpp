#include "schemas/request_of.h"

#include "schemas/codec.h"
#include "schemas/codec_impl.h"

namespace argosy {

namespace {

// How every request begins: its key, request id or digest stands first.
struct RequestHead {
  std::string id;

  template <class V>
  void visit(V& v) {
    v(id);
  }
};

}  // namespace

std::string request_of(std::uint16_t word, std::string_view body) {
  switch (word) {
    case Submit::word:
    case Watch::word:
    case Ask::word:
    case Put::word:
    case Deploy::word:
      break;
    default:
      return {};
  }
  auto head = decode<RequestHead>(body);
  return head ? std::move(head->id) : std::string();
}

}  // namespace argosy
