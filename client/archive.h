// A project's files as one archive: tar, zstd, the same bytes for the same files. libarchive lives in the source file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace argosy::client {

struct ArchiveLimits {
  std::uint64_t bytes = 1ull << 30;   // of all files, before compression
  std::uint64_t files = 100'000;
};

// Everything below `folder` but .git and the folder's own sockets and devices: sorted by path, modification time and
// owners 0, modes kept. Failure: names the file; a symbolic link that leaves the folder; too much.
Result<std::string> pack_folder(const std::filesystem::path& folder, const ArchiveLimits& limits = {});

}  // namespace argosy::client
