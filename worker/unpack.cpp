#include "worker/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstring>
#include <memory>

#include "base/utf8_locale.h"

namespace argosy::worker {
namespace fs = std::filesystem;
namespace {

using Reader = std::unique_ptr<archive, decltype([](archive* a) { archive_read_free(a); })>;
using Writer = std::unique_ptr<archive, decltype([](archive* a) { archive_write_free(a); })>;

Error refuse(archive* a, const std::string& what) {
  const char* why = archive_error_string(a);
  return Error{"the package's content " + what + ": " + (why != nullptr ? why : "unknown reason")};
}

// A relative path whose parts never climb above its start.
bool stays_inside(const fs::path& path) {
  if (path.is_absolute()) return false;
  int depth = 0;
  for (const auto& part : path) {
    if (part == "..") --depth;
    else if (part != "." && !part.empty()) ++depth;
    if (depth < 0) return false;
  }
  return true;
}

Status check_entry(archive_entry* entry) {
  const fs::path path = archive_entry_pathname(entry);
  const auto type = archive_entry_filetype(entry);
  if (!stays_inside(path)) return Error{"the package's content has an entry outside of its folder: " + path.string()};
  if (archive_entry_hardlink(entry) != nullptr || (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)) {
    return Error{"the package's content has an entry that is no file, folder or symbolic link: " + path.string()};
  }
  if (type == AE_IFLNK && !stays_inside(path.parent_path() / archive_entry_symlink(entry))) {
    return Error{"the package's content has a link that leaves its folder: " + path.string()};
  }
  return Done{};
}

Status copy_data(archive* from, archive* to, std::uint64_t& bytes) {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (;;) {
    const int r = archive_read_data_block(from, &block, &size, &offset);
    if (r == ARCHIVE_EOF) return Done{};
    if (r < ARCHIVE_OK) return refuse(from, "cannot be read");
    if (archive_write_data_block(to, block, size, offset) < ARCHIVE_OK) return refuse(to, "cannot be written");
    bytes += size;
  }
}

}  // namespace

Result<std::uint64_t> unpack_archive(const fs::path& file, const fs::path& folder) {
  const Utf8Locale names;
  remove_unpacked(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{"cannot make " + folder.string() + ": " + error.message()};
  Reader from(archive_read_new());
  archive_read_support_format_tar(from.get());
  archive_read_support_filter_zstd(from.get());
  if (archive_read_open_filename(from.get(), file.c_str(), 1u << 18) != ARCHIVE_OK) return refuse(from.get(), "cannot be read");
  Writer to(archive_write_disk_new());
  archive_write_disk_set_options(to.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                               ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  std::uint64_t bytes = 0;
  archive_entry* entry = nullptr;
  for (;;) {
    const int r = archive_read_next_header(from.get(), &entry);
    if (r == ARCHIVE_EOF) break;
    if (r < ARCHIVE_OK) return refuse(from.get(), "cannot be read");
    if (auto good = check_entry(entry); !good) return good.error();
    const std::string inside = (folder / archive_entry_pathname(entry)).string();
    archive_entry_set_pathname(entry, inside.c_str());
    const bool directory = archive_entry_filetype(entry) == AE_IFDIR;
    archive_entry_set_perm(entry, directory ? 0755 : (archive_entry_perm(entry) & 0111 ? 0555 : 0444));
    if (archive_write_header(to.get(), entry) < ARCHIVE_OK) return refuse(to.get(), "cannot be written");
    if (auto copied = copy_data(from.get(), to.get(), bytes); !copied) return copied.error();
    if (archive_write_finish_entry(to.get()) < ARCHIVE_OK) return refuse(to.get(), "cannot be written");
  }
  if (archive_write_close(to.get()) < ARCHIVE_OK) return refuse(to.get(), "cannot be written");
  for (const auto& inside : fs::recursive_directory_iterator(folder, error)) {
    if (inside.is_directory() && !inside.is_symlink()) fs::permissions(inside.path(), fs::perms(0555), error);
  }
  fs::permissions(folder, fs::perms(0555), error);
  return bytes;
}

void remove_unpacked(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) {
    fs::permissions(folder, fs::perms(0755), ignored);
    for (const auto& inside : fs::recursive_directory_iterator(folder, ignored)) {
      if (inside.is_directory() && !inside.is_symlink()) fs::permissions(inside.path(), fs::perms(0755), ignored);
    }
  }
  fs::remove_all(folder, ignored);
}

std::uint64_t unpacked_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& inside : fs::recursive_directory_iterator(folder, ignored)) {
    if (inside.is_regular_file() && !inside.is_symlink()) bytes += inside.file_size(ignored);
  }
  return bytes;
}

}  // namespace argosy::worker
