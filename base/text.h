// Small questions about text: is it clean, is it a name, which known word did somebody mean.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace argosy {

// Where `text` stops being UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF) or holds a
// NUL; nothing if it is clean. What is not clean fails whole batches in PostgreSQL and cannot be an argument
// of a process.
std::optional<std::size_t> first_unclean_byte(std::string_view text);
inline bool is_clean_text(std::string_view text) {
  return !first_unclean_byte(text);
}

// [A-Za-z_][A-Za-z0-9_]*: the name of an environment variable.
bool is_variable_name(std::string_view text);
// [A-Za-z_][A-Za-z0-9_-]*: the name of a parameter or of an output key.
bool is_parameter_name(std::string_view text);
// [A-Za-z0-9_][A-Za-z0-9_.-]*, at most limits::kNameBytes: the name of a task, package, project or folder
// part.
bool is_name(std::string_view text);

// The word of `known` that `word` most likely was meant to be; nothing when none is close.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

// `text` as part of a one-line message: at most `most` bytes, control and unclean bytes as \xNN.
std::string printable(std::string_view text, std::size_t most = 80);

}  // namespace argosy
