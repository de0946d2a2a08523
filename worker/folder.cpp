#include "worker/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "fabric/private_file.h"
#include "fabric/sealing.h"

namespace argosy::worker {
namespace fs = std::filesystem;
namespace {

// What a copy of a file does not have in common with it, and a moved one has.
std::string inode_of(int fd) {
  struct stat info {};
  fstat(fd, &info);
  return std::to_string(info.st_dev) + ':' + std::to_string(info.st_ino);
}

constexpr std::size_t kRoomBytes = 64 << 10;  // more than a start writes: names, the session, an empty segment

// A task of the worker's own user may have put a link there: what it leads to is not ours to empty, nor to open to others.
Status refuse_what_is_no_folder(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(path, error).type();
  if (type == fs::file_type::directory || type == fs::file_type::not_found) return Done{};
  if (type == fs::file_type::none) return Error{path.string() + " cannot be looked at: " + error.message()};
  return Error{path.string() + " is " + (type == fs::file_type::symlink ? "a symbolic link" : "a file") +
               " where the worker has a folder of its own; a task may have put it there: look at it, move it away, and start the "
               "worker again"};
}

Status make_folders(const fs::path& path) {
  std::error_code error;
  for (const char* name : {"spool", "content", "work", "outputs", "secrets", "trash"}) {
    if (auto ours = refuse_what_is_no_folder(path / name); !ours) return ours;
    fs::create_directories(path / name, error);
    if (error) return Error{"cannot make the worker's folder " + (path / name).string() + ": " + error.message()};
  }
  // Tasks of another user may make their files here, and see none of the others'.
  fs::permissions(path / "outputs", fs::perms(01733), error);
  fs::permissions(path / "secrets", fs::perms(0711), error);
  return Done{};
}

}  // namespace

bool Folder::has_room(const fs::path& path) {
  const fs::path probe = path / "room";
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool wrote = fd >= 0;
  const std::string page(4096, '\0');
  for (std::size_t n = 0; wrote && n < kRoomBytes; n += page.size()) wrote = ::write(fd, page.data(), page.size()) > 0;
  wrote = wrote && ::fsync(fd) == 0;
  const bool full = !wrote && (errno == ENOSPC || errno == EDQUOT);
  if (fd >= 0) ::close(fd);
  ::unlink(probe.c_str());
  return !full;
}

Result<Folder> Folder::open(const fs::path& path) {
  if (auto made = make_folders(path); !made) return made.error();
  const fs::path lock_file = path / "lock";
  const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return Error{"cannot open " + lock_file.string() + ": " + std::strerror(errno)};
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return Error{"another worker runs in " + path.string() + ": stop it, or give this one a folder of its own"};
  }
  Folder folder(fs::absolute(path), lock);
  const std::string inode = inode_of(lock);
  std::string marked;
  std::ifstream(folder.at("token")) >> folder.token_ >> marked;
  std::ifstream(folder.at("session")) >> folder.predecessor_.value >> folder.epoch_.number >> folder.epoch_.broker;
  if (marked != inode) {  // new, or a copy
    folder.predecessor_ = {};
    folder.token_ = fabric::random_key_text();
    auto written = fabric::write_private_file(folder.at("token"), folder.token_ + ' ' + inode + '\n', fabric::Existing::replace);
    if (!written) return written.error();
  }
  std::ifstream(folder.at("catalog")) >> folder.incarnation_;
  return folder;
}

Folder::Folder(Folder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), token_(std::move(other.token_)),
      predecessor_(other.predecessor_), epoch_(std::move(other.epoch_)), incarnation_(other.incarnation_) {}

Folder::~Folder() {
  if (lock_ >= 0) close(lock_);
}

// Names of outputs and secrets come again in each session: one that was left would be taken for that of another attempt.
Status Folder::clear_attempts() {
  for (const char* name : {"outputs", "secrets", "work", "trash"}) {
    if (auto ours = refuse_what_is_no_folder(at(name)); !ours) return ours;
  }
  std::error_code error;
  for (const char* name : {"outputs", "secrets"}) {
    for (const auto& left : fs::directory_iterator(at(name), error)) {
      fs::remove_all(left, error);
      if (error) return Error{left.path().string() + ", left by an earlier session, cannot be removed: " + error.message()};
    }
    if (error) return Error{at(name).string() + ": cannot be read: " + error.message()};
  }
  for (const auto& left : fs::directory_iterator(at("work"), error)) fs::rename(left, at("trash") / fabric::random_key_text(), error);
  return Done{};
}

Status Folder::remember_incarnation(std::uint64_t incarnation) {
  incarnation_ = incarnation;
  return fabric::write_private_file(at("catalog"), std::to_string(incarnation) + "\n", fabric::Existing::replace);
}

Result<fs::path> Folder::set_spool_aside() {
  std::error_code error;
  for (int n = 1;; ++n) {
    const fs::path aside = at(("spool-aside-" + std::to_string(n)).c_str());
    if (fs::exists(aside)) continue;
    fs::rename(at("spool"), aside, error);
    if (error) return Error{"cannot set " + at("spool").string() + " aside: " + error.message()};
    return aside;
  }
}

Status Folder::remember(SessionId session, const Epoch& highest_epoch) {
  std::ostringstream text;
  text << session.value << ' ' << highest_epoch.number << ' ' << highest_epoch.broker << '\n';
  return fabric::write_private_file(at("session"), text.str(), fabric::Existing::replace);
}

}  // namespace argosy::worker
