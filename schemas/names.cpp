#include "schemas/names.h"

#include <array>

#include "schemas/reflect.h"

namespace argosy {
namespace {

struct NamedWord {
  std::uint16_t word = 0;
  std::string_view name;
};

template <class W>
struct WordList;

template <class... Ws>
struct WordList<std::variant<Ws...>> {
  static constexpr std::array<std::uint16_t, sizeof...(Ws)> numbers = {Ws::word...};
  static constexpr std::array<NamedWord, sizeof...(Ws)> named = {NamedWord{Ws::word, reflect::type_name<Ws>()}...};
};

using Words = WordList<Word>;

constexpr bool ascending() {
  for (std::size_t i = 1; i < Words::numbers.size(); ++i) {
    if (Words::numbers[i - 1] >= Words::numbers[i]) return false;
  }
  return true;
}
static_assert(ascending(), "the words of the variant stand in the order of their numbers, each number once");

}  // namespace

std::string_view word_name(std::uint16_t word) {
  for (const NamedWord& known : Words::named) {
    if (known.word == word) return known.name;
  }
  return "unknown";
}

std::uint16_t word_number(std::string_view name) {
  for (const NamedWord& known : Words::named) {
    if (known.name == name) return known.word;
  }
  return 0;
}

std::uint16_t word_of(const Word& word) { return Words::numbers[word.index()]; }

std::span<const std::uint16_t> all_words() { return Words::numbers; }

std::string_view to_string(Role role) { return reflect::enum_name(role); }
std::string_view to_string(Refusal refusal) { return reflect::enum_name(refusal); }
std::string_view to_string(PresenceChange change) { return reflect::enum_name(change); }
std::string_view to_string(BrokerDuty duty) { return reflect::enum_name(duty); }

}  // namespace argosy
