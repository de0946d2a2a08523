#include "schemas/codec_reader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "schemas/fields.h"

namespace argosy::wire {
namespace {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::nil: return "nil";
    case Kind::boolean: return "a boolean";
    case Kind::positive: return "an unsigned integer";
    case Kind::negative: return "a negative integer";
    case Kind::real: return "a float";
    case Kind::text: return "str";
    case Kind::binary: return "bin";
    case Kind::array: return "an array";
    case Kind::map: return "a map";
    case Kind::extension: return "an extension";
  }
  CHECK(false);
}

// Most text is ASCII: eight bytes at a time while none is 0 or above 127.
bool clean(std::string_view text) {
  constexpr std::uint64_t high = 0x8080808080808080, ones = 0x0101010101010101;
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    if (((word | (word - ones)) & high) != 0) break;
    text.remove_prefix(8);
  }
  return is_clean_text(text);
}

// Big-endian, as msgpack has it.
std::uint64_t number_at(const char* at, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number = number << 8 | static_cast<std::uint8_t>(at[i]);
  return number;
}

std::uint64_t extended(std::uint64_t number, std::size_t bytes) {
  const unsigned shift = static_cast<unsigned>(64 - 8 * bytes);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(number << shift) >> shift);
}

std::uint64_t bits_of_float(std::uint64_t number) {
  return std::bit_cast<std::uint64_t>(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(number))));
}

}  // namespace

Reader::Reader(std::string_view frame, std::string_view type, std::size_t most)
    : at_(frame.data()),
      end_(frame.data() + frame.size()),
      budget_(std::clamp<std::uint64_t>(frame.size() * limits::kDecodedPerByte, limits::kDecodedBytesLeast,
                                        limits::kDecodedBytesMost)),
      root_(type) {
  if (frame.size() > most) {
    refuse(Refusal::too_large, std::to_string(frame.size()) + " bytes, at most " + std::to_string(most));
  }
}

void Reader::finish() {
  if (!failed() && at_ != end_) refuse(Refusal::malformed, std::to_string(end_ - at_) + " bytes behind the end");
}

bool Reader::next_field() {
  if (failed()) return false;
  Place& place = places_[depth_];
  ++place.index;
  if (place.left == 0) return false;  // an older sender: the default stands
  --place.left;
  return true;
}

bool Reader::enter_struct(std::string_view type) {
  const std::uint64_t count = take_count(Kind::array, 0);
  if (failed()) return false;
  if (depth_ + 1 >= places_.size()) {
    refuse(Refusal::malformed, "nested too deeply");
    return false;
  }
  places_[++depth_] = Place{type, static_cast<std::uint32_t>(count), 0, -1};
  return true;
}

void Reader::leave_struct() {
  if (failed()) return;
  Place& place = places_[depth_];
  for (; place.left > 0 && !failed(); --place.left) {  // a newer sender: what we do not know
    ++place.index;
    skip();
  }
  if (!failed()) --depth_;
}

bool Reader::take_head(Head& head) {
  if (failed()) return false;
  const auto ends = [this] { return refuse(Refusal::malformed, "ends in the middle"), false; };
  if (at_ == end_) return ends();
  const auto first = static_cast<std::uint8_t>(*at_++);
  // Kinds whose number follows in so many bytes.
  const auto follows = [&](Kind kind, std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) return ends();
    head = {kind, number_at(at_, bytes)};
    at_ += bytes;
    return true;
  };
  if (first < 0x80) return head = {Kind::positive, first}, true;
  if (first < 0x90) return head = {Kind::map, first & 0x0fu}, true;
  if (first < 0xa0) return head = {Kind::array, first & 0x0fu}, true;
  if (first < 0xc0) return head = {Kind::text, first & 0x1fu}, true;
  if (first >= 0xe0) return head = {Kind::negative, extended(first, 1)}, true;
  switch (first) {
    case 0xc0: return head = {Kind::nil, 0}, true;
    case 0xc2: case 0xc3: return head = {Kind::boolean, first & 1u}, true;
    case 0xc4: case 0xc5: case 0xc6: return follows(Kind::binary, 1u << (first - 0xc4));
    case 0xc7: case 0xc8: case 0xc9:
      if (!follows(Kind::extension, 1u << (first - 0xc7))) return false;
      return ++head.number, true;  // its type byte
    case 0xca:
      if (!follows(Kind::real, 4)) return false;
      return head.number = bits_of_float(head.number), true;
    case 0xcb: return follows(Kind::real, 8);
    case 0xcc: case 0xcd: case 0xce: case 0xcf: return follows(Kind::positive, 1u << (first - 0xcc));
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: {
      const std::size_t bytes = 1u << (first - 0xd0);
      if (!follows(Kind::negative, bytes)) return false;
      head.number = extended(head.number, bytes);
      if (static_cast<std::int64_t>(head.number) >= 0) head.kind = Kind::positive;
      return true;
    }
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8:
      return head = {Kind::extension, (1u << (first - 0xd4)) + 1u}, true;
    case 0xd9: case 0xda: case 0xdb: return follows(Kind::text, 1u << (first - 0xd9));
    case 0xdc: return follows(Kind::array, 2);
    case 0xdd: return follows(Kind::array, 4);
    case 0xde: return follows(Kind::map, 2);
    case 0xdf: return follows(Kind::map, 4);
    default: return refuse(Refusal::malformed, "byte 0xc1 is never used"), false;
  }
}

bool Reader::take_nil() {
  if (failed() || at_ == end_ || static_cast<std::uint8_t>(*at_) != 0xc0) return false;
  ++at_;
  return true;
}

std::uint64_t Reader::take_unsigned(std::uint64_t most) {
  Head head;
  if (!take_head(head)) return 0;
  if (head.kind != Kind::positive) return refuse_kind("an unsigned integer", head), 0;
  if (head.number > most) {
    refuse(Refusal::malformed, std::to_string(head.number) + " is above " + std::to_string(most));
    return 0;
  }
  return head.number;
}

std::int64_t Reader::take_signed(std::int64_t least, std::int64_t most) {
  Head head;
  if (!take_head(head)) return 0;
  if (head.kind != Kind::positive && head.kind != Kind::negative) return refuse_kind("an integer", head), 0;
  const auto number = static_cast<std::int64_t>(head.number);
  const bool overflows = head.kind == Kind::positive && number < 0;
  if (overflows || number < least || number > most) {
    refuse(Refusal::malformed, "an integer outside " + std::to_string(least) + " … " + std::to_string(most));
    return 0;
  }
  return number;
}

std::uint64_t Reader::take_count(Kind wanted, std::size_t each) {
  Head head;
  if (!take_head(head)) return 0;
  if (head.kind != wanted) return refuse_kind(kind_name(wanted), head), 0;
  const std::uint64_t left = static_cast<std::uint64_t>(end_ - at_) / (wanted == Kind::map ? 2 : 1);
  if (head.number > left) {
    refuse(Refusal::malformed, std::to_string(head.number) + " elements in " + std::to_string(end_ - at_) + " bytes");
    return 0;
  }
  return charge(head.number * each) ? head.number : 0;
}

std::string_view Reader::take_string(Kind wanted) {
  Head head;
  if (!take_head(head)) return {};
  if (head.kind != wanted) return refuse_kind(kind_name(wanted), head), std::string_view();
  if (head.number > static_cast<std::uint64_t>(end_ - at_)) {
    refuse(Refusal::malformed, "a string of " + std::to_string(head.number) + " bytes ends in the middle");
    return {};
  }
  if (!charge(head.number)) return {};
  const std::string_view string(at_, head.number);
  at_ += head.number;
  if (wanted == Kind::text && !clean(string)) {
    refuse(Refusal::malformed, "text is not UTF-8 or holds NUL: " + printable(string));
    return {};
  }
  return string;
}

void Reader::read(bool& x) {
  Head head;
  if (!take_head(head)) return;
  if (head.kind != Kind::boolean) return refuse_kind("a boolean", head);
  x = head.number != 0;
}

void Reader::read(double& x) {
  Head head;
  if (!take_head(head)) return;
  if (head.kind == Kind::positive) {
    x = static_cast<double>(head.number);
  } else if (head.kind == Kind::negative) {
    x = static_cast<double>(static_cast<std::int64_t>(head.number));
  } else if (head.kind == Kind::real) {
    x = std::bit_cast<double>(head.number);
  } else {
    return refuse_kind("a number", head);
  }
  if (!std::isfinite(x)) refuse(Refusal::malformed, "not a finite number");
}

void Reader::read(std::string& x) {
  const std::string_view text = take_string(Kind::text);
  if (!failed()) x.assign(text);
}

void Reader::read_bytes(std::string& x) {
  const std::string_view data = take_string(Kind::binary);
  if (!failed()) x.assign(data);
}

void Reader::read_map(std::map<std::string, std::string>& x, bool binary) {
  constexpr std::size_t kNode = sizeof(std::pair<std::string, std::string>) + 4 * sizeof(void*);
  const std::uint64_t count = take_count(Kind::map, kNode);
  for (std::uint64_t i = 0; i < count && !failed(); ++i) {
    places_[depth_].element = static_cast<std::int64_t>(i);
    const std::string_view key = take_string(Kind::text);
    const std::string_view value = take_string(binary ? Kind::binary : Kind::text);
    if (failed()) return;
    if (!x.emplace(key, value).second) refuse(Refusal::malformed, "the key " + printable(key) + " stands twice");
  }
  if (!failed()) places_[depth_].element = -1;
}

void Reader::skip() {
  std::array<std::uint64_t, limits::kNesting + 1> left{};  // values to skip at each depth
  std::size_t depth = 0;
  left[0] = 1;
  while (!failed()) {
    while (left[depth] == 0) {
      if (depth == 0) return;
      --depth;
    }
    --left[depth];
    Head head;
    if (!take_head(head)) return;
    const bool nests = head.kind == Kind::array || head.kind == Kind::map;
    const bool has_body = head.kind == Kind::text || head.kind == Kind::binary || head.kind == Kind::extension;
    if ((nests || has_body) && head.number > static_cast<std::uint64_t>(end_ - at_)) {
      return refuse(Refusal::malformed, "ends in the middle");
    }
    if (has_body) at_ += head.number;
    if (!nests) continue;
    if (depth_ + depth + 1 >= left.size()) return refuse(Refusal::malformed, "nested too deeply");
    left[++depth] = head.kind == Kind::map ? head.number * 2 : head.number;
  }
}

bool Reader::charge(std::uint64_t bytes) {
  if (bytes > budget_) {
    refuse(Refusal::too_large, "would take more memory than a message of its size may");
    return false;
  }
  budget_ -= bytes;
  return true;
}

void Reader::refuse(Refusal reason, std::string_view what) {
  if (failed()) return;
  error_ = DecodeError{reason, place() + ": " + std::string(what)};
}

void Reader::refuse_kind(std::string_view wanted, const Head& head) {
  refuse(Refusal::malformed, "is " + std::string(kind_name(head.kind)) + ", wants " + std::string(wanted));
}

void Reader::refuse_enum(std::string_view type, std::uint64_t number) {
  refuse(Refusal::malformed, "no " + std::string(type) + " has number " + std::to_string(number));
}

std::string Reader::place() const {
  std::string text(root_);
  for (std::uint32_t i = 1; i <= depth_; ++i) {
    const Place& place = places_[i];
    if (place.index > 0) text += "." + field_name(place.type, place.index - 1);
    if (place.element >= 0) text += "[" + std::to_string(place.element) + "]";
  }
  return text;
}

}  // namespace argosy::wire
