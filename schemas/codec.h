// The codec: words, envelopes and what is kept on disk, to msgpack and back. protocol.md, "Frames".
//
// Pure: no state, any thread. What is decoded may come from anybody: sizes, depth and counts are bounded before memory is
// taken, text is checked for UTF-8 without NUL, enums for their range. A refusal says why and where ("Run.items[3].attempt").
// Fields that are missing at the end of a struct take their defaults; those behind the known ones are ignored.
// encode() of the same value gives the same bytes, always.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"
#include "schemas/words.h"

namespace argosy {

struct DecodeError {
  Refusal reason = Refusal::malformed;  // malformed, too_large or unknown_word
  std::string message;
};

// A value, or why the bytes were refused.
template <class T>
using Decoded = Result<T, DecodeError>;

std::string encode_envelope(const Envelope& envelope);
std::string encode_body(const Word& word);
Decoded<Envelope> decode_envelope(std::string_view frame);
// `word`: of the envelope.
Decoded<Word> decode_body(std::uint16_t word, std::string_view frame);

// Any struct with a visit(): what is kept on disk. Here for every word, Package, Project, TaskSpec and Roster; for a struct
// of your own, include schemas/codec_impl.h in one source file and write ARGOSY_CODEC(Struct) there.
// Bounds: those of a message. Strings are text, unless visit() says bytes(field) (schemas/bytes.h).
template <class T>
std::string encode(const T& value);
template <class T>
Decoded<T> decode(std::string_view bytes);

}  // namespace argosy
