#include "worker/process_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "worker/keeper_clock.h"

namespace argosy::keeper {
namespace {

constexpr std::size_t max_untouched = 1024;

// Beside this many bytes of entries there is more than "." and "..": two records of 24 bytes.
constexpr long two_entries = 48;

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_mode == b.st_mode && a.st_uid == b.st_uid &&
         a.st_gid == b.st_gid && a.st_nlink == b.st_nlink && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

// A change after the start bears a time that is at most a clock tick older than the start, so that the time of change
// tells it, if that was older before. Else it may hide in one tick, and the entries are looked at as well.
bool is_untouched(const std::string& path, const struct stat& made, bool old_at_start) {
  if (old_at_start) {
    struct stat now {};
    return lstat(path.c_str(), &now) == 0 && same(now, made);
  }
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat now {};
  alignas(std::max_align_t) char entries[256];
  const bool clean = fstat(fd, &now) == 0 && same(now, made) &&
                     syscall(SYS_getdents64, fd, entries, sizeof entries) == two_entries;
  close(fd);
  return clean;
}

bool owned_by(const struct stat& info, const std::optional<TaskUser>& user) {
  return info.st_uid == (user ? user->uid : geteuid()) && info.st_gid == (user ? user->gid : getegid());
}

}  // namespace

int FreshDirectories::make(const std::string& path, const std::optional<TaskUser>& user) {
  if (auto spare = untouched_.extract(path)) {
    if (owned_by(spare.mapped().info, user)) {
      spare.mapped().old_at_start = now_steady() >= spare.mapped().at + old_after_;
      made_.insert(std::move(spare));
      return 0;
    }
  }
  if (mkdir(path.c_str(), 0700) != 0) {
    if (errno != EEXIST || !trash_.take(path) || mkdir(path.c_str(), 0700) != 0) return errno;
  }
  if (user && lchown(path.c_str(), user->uid, user->gid) != 0) {
    const int error = errno;
    rmdir(path.c_str());
    return error;
  }
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return errno;
  made_.emplace(path, Made{info, now_steady(), false});
  return 0;
}

int FreshDirectories::link_entries(const std::string& from, const std::string& path) {
  DIR* folder = opendir(from.c_str());
  if (folder == nullptr) return errno;
  int error = 0;
  while (const dirent* entry = readdir(folder)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (symlink((from + "/" + name).c_str(), (path + "/" + name).c_str()) != 0) error = errno;
  }
  closedir(folder);
  return error;
}

void FreshDirectories::clear(const std::string& path) {
  const auto made = made_.extract(path);
  if (made && untouched_.size() < max_untouched && is_untouched(path, made.mapped().info, made.mapped().old_at_start)) {
    untouched_.emplace(path, made.mapped());
  } else {
    trash_.take(path);
  }
}

void FreshDirectories::clear_all() {
  for (const auto& [path, made] : untouched_) trash_.take(path);
  untouched_.clear();
}

}  // namespace argosy::keeper
