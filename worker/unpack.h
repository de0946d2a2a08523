// Unpacking a package's archive (tar, zstd) into a fresh read-only folder. libarchive lives in the source file.
//
// Nothing in the archive can reach outside of the folder: absolute paths, "..", links that leave it and devices are
// refused. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace argosy::worker {

// Makes `folder` and fills it. The bytes of all files; or what was wrong with which entry.
Result<std::uint64_t> unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& folder);

// Removes an unpacked folder (read-only as it is) or a file. Nothing if it is not there.
void remove_unpacked(const std::filesystem::path& folder);

std::uint64_t unpacked_bytes(const std::filesystem::path& folder);

}  // namespace argosy::worker
