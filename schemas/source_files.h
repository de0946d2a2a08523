// The files that arrays come from: --each-line FILE, --from-json FILE, and `lines:` and `json:` of a
// manifest.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "schemas/sources.h"

namespace argosy {

// A whole regular file, or standard input for "-". Fails with what and what to do if it cannot be read or is
// larger than `most` bytes.
Result<std::string> read_text_file(const std::string& path, std::uint64_t most);

Result<PackedItems> items_of_lines_file(const std::string& path);
Result<PackedItems> items_of_json_file(const std::string& path);

// The real path of `relative` below `root`. Fails if it is absolute, does not exist, is no regular file, or
// leaves `root`, through ".." or a symbolic link.
Result<std::string> path_in_project(const std::string& root, const std::string& relative);

}  // namespace argosy
