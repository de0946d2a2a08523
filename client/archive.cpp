#include "client/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include "base/quantity.h"
#include "base/utf8_locale.h"

namespace argosy::client {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> list_files(const fs::path& folder, const ArchiveLimits& limits) {
  std::vector<fs::path> out;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error), end;
  while (!error && at != end) {
    if (at->path().filename() == ".git") {
      at.disable_recursion_pending();
    } else {
      out.push_back(at->path().lexically_relative(folder));
      if (out.size() > limits.files) {
        return Error{folder.string() + " holds more than " + std::to_string(limits.files) + " files; is this the project's folder?"};
      }
    }
    at.increment(error);
  }
  if (error) return Error{folder.string() + ": cannot be read: " + error.message()};
  std::sort(out.begin(), out.end());
  return out;
}

bool leaves(const fs::path& link, const fs::path& target) {
  if (target.is_absolute()) return true;
  const auto end = (link.parent_path() / target).lexically_normal();
  return !end.empty() && *end.begin() == "..";
}

class Packer {
 public:
  explicit Packer(const ArchiveLimits& limits) : limits_(limits), archive_(archive_write_new(), archive_write_free) {
    archive_write_add_filter_zstd(archive_.get());
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_set_bytes_in_last_block(archive_.get(), 1);
    archive_write_open2(archive_.get(), &out_, nullptr, append, nullptr, nullptr);
  }

  Status add(const fs::path& folder, const fs::path& relative) {
    const fs::path full = folder / relative;
    struct stat info{};
    if (::lstat(full.c_str(), &info) != 0) return Error{full.string() + ": cannot be read"};
    std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), relative.c_str());
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_mode(entry.get(), info.st_mode & (S_IFMT | 0777));
    if (S_ISLNK(info.st_mode)) {
      const fs::path target = fs::read_symlink(full);
      if (leaves(relative, target)) return Error{full.string() + ": a symbolic link that leaves the project's folder (" + target.string() + ")"};
      archive_entry_set_symlink(entry.get(), target.c_str());
      return head(entry.get(), full);
    }
    if (S_ISDIR(info.st_mode)) return head(entry.get(), full);
    if (!S_ISREG(info.st_mode)) return Error{full.string() + ": neither a file, a folder nor a symbolic link; remove it"};
    return add_file(entry.get(), full, static_cast<std::uint64_t>(info.st_size));
  }

  Result<std::string> finish() {
    if (archive_write_close(archive_.get()) != ARCHIVE_OK) return Error{archive_error_string(archive_.get())};
    return std::move(out_);
  }

 private:
  static la_ssize_t append(archive*, void* out, const void* data, std::size_t size) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
  }

  Status head(archive_entry* entry, const fs::path& full) {
    if (archive_write_header(archive_.get(), entry) == ARCHIVE_OK) return Done{};
    return Error{full.string() + ": " + archive_error_string(archive_.get())};
  }

  Status add_file(archive_entry* entry, const fs::path& full, std::uint64_t size) {
    total_ += size;
    if (total_ > limits_.bytes) {
      return Error{full.string() + ": with this file the project has more than " + format_bytes(limits_.bytes) +
                   "; keep data elsewhere and name it by a parameter"};
    }
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    if (auto written = head(entry, full); !written) return written;
    std::ifstream in(full, std::ios::binary);
    std::vector<char> buffer(256 * 1024);
    std::uint64_t done = 0;
    while (in && done < size) {
      in.read(buffer.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(buffer.size(), size - done)));
      const auto got = static_cast<std::size_t>(in.gcount());
      if (got > 0 && archive_write_data(archive_.get(), buffer.data(), got) < 0) return Error{full.string() + ": " + archive_error_string(archive_.get())};
      done += got;
    }
    if (done != size) return Error{full.string() + ": cannot be read, or changes while it is read"};
    return Done{};
  }

  const ArchiveLimits limits_;
  std::string out_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  std::uint64_t total_ = 0;
};

}  // namespace

Result<std::string> pack_folder(const fs::path& folder, const ArchiveLimits& limits) {
  const Utf8Locale names;
  const auto files = list_files(folder, limits);
  if (!files) return files.error();
  Packer packer(limits);
  for (const auto& file : *files) {
    if (auto added = packer.add(folder, file); !added) return added.error();
  }
  return packer.finish();
}

}  // namespace argosy::client
