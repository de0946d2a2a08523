// The names of a struct's fields, in the order of its visit(): for places in refusals and for transcripts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace argosy {

// "session renewal specs items" for "Run"; empty for a type that is not listed.
std::string_view field_names(std::string_view type);

// The field at `index`; "#3" where no name is known.
std::string field_name(std::string_view type, std::size_t index);

}  // namespace argosy
