#include "fabric/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "fabric/sealing.h"

namespace argosy::fabric {
namespace {

constexpr off_t kMaxFileBytes = 16 << 20;

Error trouble(const std::filesystem::path& file, const char* what) {
  return Error{file.string() + ": " + what + ": " + std::strerror(errno)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void sync_folder(const std::filesystem::path& file) {
  const Descriptor fd(::open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

// "w1.key.3f09ab12.tmp" of "w1.key".
constexpr std::string_view kTemporaryEnd = ".tmp";
constexpr std::size_t kRandomDigits = 8;

bool is_temporary_of(std::string_view name, std::string_view file) {
  if (!name.starts_with(file) || !name.ends_with(kTemporaryEnd)) return false;
  if (name.size() != file.size() + 1 + kRandomDigits + kTemporaryEnd.size() || name[file.size()] != '.') return false;
  return name.substr(file.size() + 1, kRandomDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Of writers that were killed: a living one holds the lock on its file.
void remove_leftovers(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::directory_iterator each(folder_of(file), ignored), end;
  for (; !ignored && each != end; each.increment(ignored)) {
    if (!is_temporary_of(each->path().filename().native(), file.filename().native())) continue;
    const Descriptor fd(::open(each->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd.get() >= 0 && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(each->path().c_str());
  }
}

// A new file, locked. Between its making and its lock it may be taken for a leftover: then it is made anew.
Descriptor make_temporary(const std::filesystem::path& file, std::string& name) {
  while (true) {
    name = file.string() + "." + random_key_text().substr(0, kRandomDigits) + std::string(kTemporaryEnd);
    Descriptor fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd.get() < 0) return fd;
    struct stat about {};
    const bool locked = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (locked && ::fstat(fd.get(), &about) == 0 && about.st_nlink > 0) return fd;
  }
}

// A link fails where the name is taken; a rename replaces. Either way the name never shows half a file.
bool put_in_place(const std::string& temporary, const std::filesystem::path& file, Existing existing) {
  if (existing == Existing::replace) return ::rename(temporary.c_str(), file.c_str()) == 0;
  const bool linked = ::link(temporary.c_str(), file.c_str()) == 0;
  const int error = errno;
  ::unlink(temporary.c_str());
  errno = error;
  return linked;
}

Result<std::string> read_whole(const Descriptor& fd, const std::filesystem::path& file, off_t size) {
  std::string content(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = ::read(fd.get(), content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble(file, "cannot be read");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  return content;
}

Result<std::string> read_file(const std::filesystem::path& file, bool owner_only) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return trouble(file, "cannot be opened");
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return trouble(file, "cannot be read");
  if (!S_ISREG(about.st_mode)) return Error{file.string() + ": is not a regular file"};
  if (about.st_size > kMaxFileBytes) return Error{file.string() + ": is larger than 16 MiB"};
  if (owner_only && (about.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(about.st_mode & 07777));
    return Error{file.string() + ": holds a secret but has mode " + mode +
                 ", so others can read it; run: chmod 600 " + file.string()};
  }
  return read_whole(fd, file, about.st_size);
}

Status write_file(const std::filesystem::path& file, std::string_view content, Existing existing,
                  mode_t mode) {
  remove_leftovers(file);
  std::string temporary;
  const Descriptor fd = make_temporary(file, temporary);
  if (fd.get() < 0) return trouble(file, "cannot be created");
  if (::fchmod(fd.get(), mode) != 0 || !write_all(fd.get(), content) || ::fsync(fd.get()) != 0) {
    const Error error = trouble(file, "cannot be written");
    ::unlink(temporary.c_str());
    return error;
  }
  if (!put_in_place(temporary, file, existing)) {
    const bool taken = errno == EEXIST;
    const Error error = trouble(file, "cannot be put in place");
    ::unlink(temporary.c_str());
    return taken ? Error{file.string() + ": exists already and is not overwritten"} : error;
  }
  sync_folder(file);
  return Done{};
}

}  // namespace

Status write_private_file(const std::filesystem::path& file, std::string_view content, Existing existing) {
  return write_file(file, content, existing, 0600);
}

Status write_plain_file(const std::filesystem::path& file, std::string_view content, Existing existing) {
  return write_file(file, content, existing, 0644);
}

Result<std::string> read_private_file(const std::filesystem::path& file) {
  return read_file(file, true);
}

Result<std::string> read_plain_file(const std::filesystem::path& file) {
  return read_file(file, false);
}

}  // namespace argosy::fabric
