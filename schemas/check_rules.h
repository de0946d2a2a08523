// The rules that names, texts and numbers of a package follow, for the checks of package and task. Private to
// them.
#pragma once

#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/text.h"
#include "schemas/problem.h"

namespace argosy {

inline constexpr const char* kNameHint =
    "use letters, digits, '_', '-' and '.', begin with a letter, digit or '_', at most 128 bytes";

class CheckRules {
 protected:
  explicit CheckRules(Problems& problems) : problems_(problems) {}

  bool clean(const std::string& path, const std::string& text) {
    const auto bad = first_unclean_byte(text);
    if (!bad) return true;
    problems_.add(path, (text[*bad] == '\0' ? "NUL" : "bad UTF-8") + (" at offset " + std::to_string(*bad)),
                  "texts must be UTF-8 without NUL");
    return false;
  }

  void name(const std::string& path, const std::string& text) {
    if (!is_name(text)) problems_.add(path, "\"" + printable(text) + "\" is no valid name", kNameHint);
  }

  template <class T>
  void number(const std::string& path, T value, T least, T most, std::string (*show)(T)) {
    if (value >= least && value <= most) return;
    problems_.add(path, show(value) + " is out of range", "use " + show(least) + " to " + show(most));
  }

  static std::string show_number(std::uint32_t value) { return std::to_string(value); }
  static std::string show_cpu(std::uint32_t milli) {
    return milli % 1000 == 0 ? std::to_string(milli / 1000) : std::to_string(milli / 1000.0).substr(0, 5);
  }
  static std::string show_bytes(std::uint64_t bytes) { return format_bytes(bytes); }
  static std::string show_duration(Duration duration) { return format_duration(duration); }

  bool count(const std::string& path, std::size_t size, std::uint32_t most, const char* of) {
    if (size <= most) return true;
    problems_.add(path, std::to_string(size) + " " + of, "at most " + std::to_string(most) + " are allowed");
    return false;
  }

  // `known` makes the list of names: only where the problem will be listed.
  template <class Known>
  void unknown(const std::string& path, const std::string& kind, const std::string& wanted, Known known) {
    if (problems_.full()) return;
    const auto meant = nearest(wanted, known());
    problems_.add(path, "there is no " + kind + " \"" + printable(wanted) + "\"",
                  meant ? "did you mean \"" + *meant + "\"?" : "declare it, or take the reference out");
  }

  Problems& problems_;
};

}  // namespace argosy
