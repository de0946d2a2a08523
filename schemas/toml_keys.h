// Changes keys of a TOML text that somebody wrote: comments, order and all other keys stay as they are.
//
// Failure: the text is no TOML, or a key is written there as a table; with name and line. Thread rule: values.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace argosy {

// `values`: keys of no table, and what they are to be, in TOML and on one line; empty: the key is taken out. One that is there
// is replaced where it stands, however many lines it has; the others go before the first table. `name` is what errors call the text.
Result<std::string> with_keys(const std::string& text, std::string_view name, std::map<std::string, std::string> values);

}  // namespace argosy
