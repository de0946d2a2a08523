#include "worker/process_trash.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace argosy::keeper {
namespace {

bool is_dots(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

// A task may have locked its owner out of a folder. Root needs no such thing, and must not be led to foreign
// files.
bool open_up(int folder, const char* name) {
  return geteuid() != 0 && fchmodat(folder, name, 0700, 0) == 0;
}

}  // namespace

Trash::Trash(std::string folder) : folder_(std::move(folder)) {
  mkdir(folder_.c_str(), 0700);
  folder_fd_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (folder_fd_ < 0) return;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);  // names differ from those that an earlier keeper left
  serial_ = static_cast<std::uint64_t>(now.tv_sec) * 1000000000 + static_cast<std::uint64_t>(now.tv_nsec);
  if (DIR* listing = fdopendir(openat(folder_fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))) {
    while (const dirent* entry = readdir(listing)) {
      if (!is_dots(entry->d_name)) waiting_.emplace_back(entry->d_name);
    }
    closedir(listing);
  }
}

Trash::~Trash() {
  if (folder_fd_ >= 0) close(folder_fd_);
}

std::string Trash::next_name() {
  return std::to_string(++serial_);
}

bool Trash::take(const std::string& directory) {
  if (rmdir(directory.c_str()) == 0 || errno == ENOENT) return true;
  std::string name = next_name();
  if (renameat(AT_FDCWD, directory.c_str(), folder_fd_, name.c_str()) != 0) return false;
  waiting_.push_back(std::move(name));
  return true;
}

void Trash::step(std::size_t entries) {
  while (entries > 0 && !waiting_.empty()) {
    --entries;
    const std::string name = waiting_.front();
    if (unlinkat(folder_fd_, name.c_str(), AT_REMOVEDIR) == 0 || unlinkat(folder_fd_, name.c_str(), 0) == 0 ||
        empty_out(name, entries)) {
      waiting_.pop_front();
    }
  }
}

bool Trash::empty_out(const std::string& name, std::size_t& entries) {
  open_up(folder_fd_, name.c_str());
  const int fd = openat(folder_fd_, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR* listing = fd < 0 ? nullptr : fdopendir(fd);
  if (listing == nullptr) return true;
  bool stuck = false;
  bool finished = true;
  while (const dirent* entry = readdir(listing)) {
    if (is_dots(entry->d_name)) continue;
    if (entries == 0) {
      finished = false;
      break;
    }
    --entries;
    if (unlinkat(fd, entry->d_name, 0) == 0 || unlinkat(fd, entry->d_name, AT_REMOVEDIR) == 0) continue;
    // A folder with something in it: to the top with it. Moving a folder needs leave to write to it.
    std::string top = next_name();
    if (renameat(fd, entry->d_name, folder_fd_, top.c_str()) == 0 ||
        (open_up(fd, entry->d_name) && renameat(fd, entry->d_name, folder_fd_, top.c_str()) == 0)) {
      waiting_.push_back(std::move(top));
    } else {
      stuck = true;
    }
  }
  closedir(listing);
  return finished && (stuck || unlinkat(folder_fd_, name.c_str(), AT_REMOVEDIR) == 0 || errno != ENOTEMPTY);
}

}  // namespace argosy::keeper
