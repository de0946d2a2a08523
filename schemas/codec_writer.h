// Writes a value as msgpack, from its visit(). For codec_impl.h only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <msgpack/pack.hpp>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/bytes.h"

namespace argosy::wire {

// Structs of base/ that have no visit() of their own.
template <class V>
void fields(ItemRef& x, V& v) { v(x.execution); v(x.task); v(x.item); }
template <class V>
void fields(AttemptRef& x, V& v) { v(x.item); v(x.attempt); }
template <class V>
void fields(ShardTerm& x, V& v) { v(x.shard); v(x.term); }
template <class T, class V>
void fields(T& x, V& v) { x.visit(v); }

struct CountFields {
  std::uint32_t count = 0;

  template <class T>
  void operator()(T&&) { ++count; }
};

template <class T>
std::uint32_t field_count(T& x) {
  CountFields counter;
  fields(x, counter);
  return counter.count;
}

class Writer {
 public:
  explicit Writer(std::string& out) : sink_{out}, pack_(sink_) {}

  template <class T>
  void operator()(T&& x) { write(x); }

  void write(bool x) { x ? pack_.pack_true() : pack_.pack_false(); }
  void write(double x) { pack_.pack_double(x); }
  void write(const std::string& x) {
    pack_.pack_str(static_cast<std::uint32_t>(x.size()));
    pack_.pack_str_body(x.data(), static_cast<std::uint32_t>(x.size()));
  }
  void write(Bytes<std::string> x) { write_bytes(x.of); }
  template <class Tag, class Rep>
  void write(const Id<Tag, Rep>& x) { write(x.value); }
  void write(const Duration& x) { pack_.pack_int64(x.us); }
  void write(const Time& x) { pack_.pack_int64(x.us); }
  void write(const WallTime& x) { pack_.pack_int64(x.us); }
  void write(const std::map<std::string, std::string>& x) {
    pack_.pack_map(static_cast<std::uint32_t>(x.size()));
    for (const auto& [key, value] : x) write(key), write(value);
  }
  void write(Bytes<std::map<std::string, std::string>> x) {
    pack_.pack_map(static_cast<std::uint32_t>(x.of.size()));
    for (const auto& [key, value] : x.of) write(key), write_bytes(value);
  }
  template <class T>
  void write(const std::optional<T>& x) { x ? write(*x) : void(pack_.pack_nil()); }
  template <class T>
  void write(const std::vector<T>& x) {
    pack_.pack_array(static_cast<std::uint32_t>(x.size()));
    for (const T& element : x) write(element);
  }
  template <class T>
  void write(const T& x) {
    if constexpr (std::is_enum_v<T>) {
      write(static_cast<std::underlying_type_t<T>>(x));
    } else if constexpr (std::is_unsigned_v<T>) {
      pack_.pack_uint64(x);
    } else if constexpr (std::is_integral_v<T>) {
      pack_.pack_int64(x);
    } else {
      T& fields_of = const_cast<T&>(x);  // visit() is one for reading and writing; a Writer changes nothing
      pack_.pack_array(field_count(fields_of));
      fields(fields_of, *this);
    }
  }

 private:
  struct Sink {
    std::string& out;
    void write(const char* data, std::size_t size) { out.append(data, size); }
  };

  void write_bytes(const std::string& x) {
    pack_.pack_bin(static_cast<std::uint32_t>(x.size()));
    pack_.pack_bin_body(x.data(), static_cast<std::uint32_t>(x.size()));
  }

  Sink sink_;
  msgpack::packer<Sink> pack_;
};

}  // namespace argosy::wire
