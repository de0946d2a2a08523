// The bodies of encode() and decode(): include it in one source file for each struct that is not in codec.h, and write
// ARGOSY_CODEC(Struct) there, inside namespace argosy. It brings msgpack's headers, so keep it out of headers.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "schemas/codec.h"
#include "schemas/codec_reader.h"
#include "schemas/codec_writer.h"

namespace argosy {

namespace wire {

template <class T>
Decoded<T> decode_within(std::string_view frame, std::size_t most) {
  Reader reader(frame, reflect::type_name<T>(), most);
  T value;
  reader.read_struct(value);
  reader.finish();
  if (reader.failed()) return reader.take_error();
  return value;
}

}  // namespace wire

template <class T>
std::string encode(const T& value) {
  std::string out;
  out.reserve(256);
  wire::Writer(out).write(value);
  return out;
}

template <class T>
Decoded<T> decode(std::string_view bytes) {
  return wire::decode_within<T>(bytes, limits::kMessageBytes);
}

#define ARGOSY_CODEC(Struct)                            \
  template std::string encode<Struct>(const Struct&); \
  template Decoded<Struct> decode<Struct>(std::string_view);

}  // namespace argosy
