// Reads a value from msgpack, into its visit(). For codec_impl.h only.
//
// A pull reader: each field asks for what it wants, so nothing is built that was not asked for. After the first refusal
// every further read does nothing. Memory is charged against a budget before it is taken.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "schemas/bytes.h"
#include "schemas/codec.h"
#include "schemas/codec_writer.h"
#include "schemas/reflect.h"

namespace argosy::wire {

enum class Kind : std::uint8_t { nil, boolean, positive, negative, real, text, binary, array, map, extension };

// The first bytes of a msgpack value. number: the value, the element count or the length in bytes.
struct Head {
  Kind kind = Kind::nil;
  std::uint64_t number = 0;  // of negative: two's complement; of real: the bits of a double
};

class Reader {
 public:
  // `type`: name of the whole, for places. A frame above `most` bytes is refused.
  Reader(std::string_view frame, std::string_view type, std::size_t most);

  template <class T>
  void operator()(T&& x) {
    if (!next_field()) return;
    read(x);
  }

  bool failed() const { return error_.has_value(); }
  DecodeError take_error() { return std::move(*error_); }
  void finish();  // refuses bytes behind the value

  template <class T>
  void read_struct(T& x) {
    if (!enter_struct(reflect::type_name<T>())) return;
    fields(x, *this);
    leave_struct();
  }

 private:
  // A struct that is being read, or one element of a list in it.
  struct Place {
    std::string_view type;
    std::uint32_t left = 0;   // elements of the msgpack array not yet read
    std::uint32_t index = 0;  // of the field after the one being read
    std::int64_t element = -1;
  };

  void read(bool& x);
  void read(double& x);
  void read(std::string& x);
  void read(Bytes<std::string> x) { read_bytes(x.of); }
  void read(std::map<std::string, std::string>& x) { read_map(x, false); }
  void read(Bytes<std::map<std::string, std::string>> x) { read_map(x.of, true); }
  template <class Tag, class Rep>
  void read(Id<Tag, Rep>& x) { read(x.value); }
  void read(Duration& x) { read(x.us); }
  void read(Time& x) { read(x.us); }
  void read(WallTime& x) { read(x.us); }
  template <class T>
  void read(std::optional<T>& x) {
    if (take_nil()) return x.reset();
    read(x.emplace());
  }
  template <class T>
  void read(std::vector<T>& x) {
    const std::uint64_t count = take_count(Kind::array, sizeof(T));
    if (failed()) return;
    x.reserve(count);
    for (std::uint64_t i = 0; i < count && !failed(); ++i) {
      places_[depth_].element = static_cast<std::int64_t>(i);
      read(x.emplace_back());
    }
    if (!failed()) places_[depth_].element = -1;
  }
  template <class T>
  void read(T& x) {
    if constexpr (std::is_enum_v<T>) {
      const std::uint64_t number = take_unsigned(std::numeric_limits<std::underlying_type_t<T>>::max());
      if (!failed() && reflect::enum_name<T>(number).empty()) refuse_enum(reflect::type_name<T>(), number);
      if (!failed()) x = static_cast<T>(number);
    } else if constexpr (std::is_unsigned_v<T>) {
      x = static_cast<T>(take_unsigned(std::numeric_limits<T>::max()));
    } else if constexpr (std::is_integral_v<T>) {
      x = static_cast<T>(take_signed(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    } else {
      read_struct(x);
    }
  }

  bool next_field();
  bool enter_struct(std::string_view type);
  void leave_struct();

  bool take_head(Head& head);
  bool take_nil();
  std::uint64_t take_unsigned(std::uint64_t most);
  std::int64_t take_signed(std::int64_t least, std::int64_t most);
  // The element count of an array or map, checked against the bytes left and charged with `each` bytes an element.
  std::uint64_t take_count(Kind wanted, std::size_t each);
  std::string_view take_string(Kind wanted);
  void read_bytes(std::string& x);
  void read_map(std::map<std::string, std::string>& x, bool binary);
  void skip();
  bool charge(std::uint64_t bytes);

  void refuse(Refusal reason, std::string_view what);
  void refuse_kind(std::string_view wanted, const Head& head);
  void refuse_enum(std::string_view type, std::uint64_t number);
  std::string place() const;

  const char* at_;
  const char* end_;
  std::uint64_t budget_;
  std::string_view root_;
  std::uint32_t depth_ = 0;  // 0: outside the whole
  std::array<Place, limits::kNesting + 1> places_;
  std::optional<DecodeError> error_;
};

}  // namespace argosy::wire
