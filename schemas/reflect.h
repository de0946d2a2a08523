// Names of types and enumerators, taken from the compiler, so that no list of them can fall behind.
// Pure and constexpr. Enumerators are known up to 63.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace argosy::reflect {

// The last part of what the compiler prints behind "= ": "argosy::Role::worker" gives "worker".
constexpr std::string_view last_name(std::string_view function, std::string_view mark) {
  function.remove_prefix(function.find(mark) + mark.size());
  function = function.substr(0, function.find_first_of(";]"));
  const std::size_t colon = function.rfind(':');
  if (function.front() == '(') return {};  // "(argosy::Role)7": there is no such enumerator
  if (colon != std::string_view::npos) function.remove_prefix(colon + 1);
  if (function.back() == '_') function.remove_suffix(1);  // operator_
  return function;
}

template <class T>
constexpr std::string_view type_name() {
  return last_name(__PRETTY_FUNCTION__, "T = ");
}

template <auto V>
constexpr std::string_view enumerator() {
  return last_name(__PRETTY_FUNCTION__, "V = ");
}

inline constexpr std::size_t kEnumerators = 64;

template <class E, std::size_t... I>
constexpr std::array<std::string_view, sizeof...(I)> enumerators(std::index_sequence<I...>) {
  return {enumerator<static_cast<E>(I)>()...};
}

template <class E>
inline constexpr auto names_of = enumerators<E>(std::make_index_sequence<kEnumerators>());

// The name of an enumerator; empty where the enum has none with that number.
template <class E>
constexpr std::string_view enum_name(std::uint64_t number) {
  static_assert(std::is_enum_v<E>);
  return number < kEnumerators ? names_of<E>[number] : std::string_view();
}

template <class E>
constexpr std::string_view enum_name(E value) {
  return enum_name<E>(static_cast<std::uint64_t>(value));
}

}  // namespace argosy::reflect
