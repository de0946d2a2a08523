// Result<T>: a value, or the Error that a person can act on. For what is expected to go wrong; our own bugs are CHECKs.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace argosy {

// What went wrong, in words for the person who must mend it: what, where, what to do.
struct Error {
  std::string message;
};

// A trouble that carries more than words is an E of its own.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}
  Result(E error) : held_(std::move(error)) {}

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Required: ok().
  T& value() { CHECK(ok()); return std::get<0>(held_); }
  const T& value() const { CHECK(ok()); return std::get<0>(held_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Required: !ok().
  const E& error() const { CHECK(!ok()); return std::get<1>(held_); }

 private:
  std::variant<T, E> held_;
};

// The result of an act that has no value: `return Done{};`.
struct Done {};
using Status = Result<Done>;

}  // namespace argosy
