// Files that hold secrets: written with mode 0600 in one step, refused when others may read them.
//
// Failure: an Error that names the file, and the mode where the mode is the trouble. Thread rule: none kept.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace argosy::fabric {

enum class Existing { refuse, replace };

// Written beside the target, synced, then linked or renamed into place: it is there wholly or not at all.
Status write_private_file(const std::filesystem::path& file, std::string_view content, Existing existing);

// The same with mode 0644, for certificates and rosters.
Status write_plain_file(const std::filesystem::path& file, std::string_view content, Existing existing);

// The content of a file that only its owner can read. Limit: 16 MiB.
Result<std::string> read_private_file(const std::filesystem::path& file);

// The content of a file that anybody may read (certificates, rosters). Limit: 16 MiB.
Result<std::string> read_plain_file(const std::filesystem::path& file);

}  // namespace argosy::fabric
