// libFuzzer target: any bytes as a message (two bytes of word number, then a body). What decodes must encode, and decode
// again to the same bytes. Build with clang; see CMakeLists.txt.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "schemas/codec.h"
#include "schemas/transcript.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view frame(reinterpret_cast<const char*>(data) + 2, size - 2);
  (void)argosy::decode_envelope(frame);
  const auto number = static_cast<std::uint16_t>(data[0] | data[1] << 8);
  const auto word = argosy::decode_body(number, frame);
  if (!word.ok()) return 0;
  (void)argosy::to_text(*word);
  const std::string body = argosy::encode_body(*word);
  const auto again = argosy::decode_body(number, body);
  CHECK(again.ok());
  CHECK(argosy::encode_body(*again) == body);
  return 0;
}
