#include "master/neighbours.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/fnv.h"

namespace argosy::master {
namespace {

constexpr std::string_view sqlite = "sqlite:";
constexpr int die_within_ms = 5000;
constexpr long names = 1L << 40;

long byte_of(const std::string& master) {
  return static_cast<long>(fnv1a(master) % static_cast<std::uint64_t>(names));
}

struct flock bytes(long from, long count) {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = from;
  lock.l_len = count;
  return lock;
}

// The first of these bytes that another process has, and whose; l_type F_UNLCK: nobody.
struct flock owner_of(int fd, long from, long count) {
  struct flock lock = bytes(from, count);
  if (::fcntl(fd, F_GETLK, &lock) != 0) lock.l_type = F_UNLCK;
  return lock;
}

// Stopped by a signal or a debugger.
bool is_stopped(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto name_end = stat.rfind(") ");
  return name_end != std::string::npos && name_end + 2 < stat.size() && (stat[name_end + 2] == 'T' || stat[name_end + 2] == 't');
}

}  // namespace

Result<Neighbours> Neighbours::open(const std::string& catalog, const std::string& master) {
  if (!catalog.starts_with(sqlite) || catalog == "sqlite::memory:") return Neighbours(-1);
  const std::string file = catalog.substr(sqlite.size()) + "-masters";
  Neighbours made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (made.fd_ < 0) return Error{file + ": cannot be opened: " + std::strerror(errno)};
  const long at = byte_of(master);
  const auto lock = [&] {
    struct flock own = bytes(at, 1);
    return ::fcntl(made.fd_, F_SETLK, &own) == 0;
  };
  if (lock()) return made;
  if (Status gone = made.make_way(master); !gone) return gone.error();
  if (lock()) return made;
  return Error{made.who_runs(master) + " already, on this catalog; stop it first, or give this one another name and key"};
}

Neighbours::Neighbours(Neighbours&& other) noexcept : fd_(std::exchange(other.fd_, -1)), notes_(std::move(other.notes_)) {}

Neighbours::~Neighbours() {
  if (fd_ >= 0) ::close(fd_);
}

// The process is held by a descriptor while it is looked at once more: its number may have passed to another one.
bool Neighbours::kill_if_stopped(int pid, long at) {
  if (pid <= 0 || !is_stopped(pid)) return false;
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return false;
  const struct flock still = owner_of(fd_, at, 1);
  const bool same = still.l_type != F_UNLCK && still.l_pid == pid && is_stopped(pid);
  bool gone = false;
  if (same && ::syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0) == 0) {
    struct pollfd end{process, POLLIN, 0};
    gone = ::poll(&end, 1, die_within_ms) == 1;
    notes_.push_back("killed process " + std::to_string(pid) + ", a master that was stopped: it may have held the catalog's lock");
  }
  ::close(process);
  return gone;
}

Status Neighbours::make_way(const std::string& master) {
  if (fd_ < 0) return Done{};
  const long at = byte_of(master);
  const struct flock owner = owner_of(fd_, at, 1);
  if (owner.l_type == F_UNLCK || !is_stopped(owner.l_pid)) return Done{};  // one that runs is fenced by its term
  if (kill_if_stopped(owner.l_pid, at)) return Done{};
  if (owner_of(fd_, at, 1).l_type == F_UNLCK) return Done{};
  return Error{"master " + master + " (process " + std::to_string(owner.l_pid) +
               ") is stopped and may hold the catalog's lock, and cannot be killed from here: kill it"};
}

void Neighbours::kill_stopped() {
  if (fd_ < 0) return;
  for (long from = 0; from < names;) {
    const struct flock owner = owner_of(fd_, from, names - from);
    if (owner.l_type == F_UNLCK) return;
    kill_if_stopped(owner.l_pid, owner.l_start);
    from = owner.l_start + owner.l_len;
  }
}

std::string Neighbours::who_runs(const std::string& master) const {
  if (fd_ < 0) return {};
  const struct flock owner = owner_of(fd_, byte_of(master), 1);
  if (owner.l_type == F_UNLCK) return {};
  return "master " + master + " (process " + std::to_string(owner.l_pid) + ") runs";
}

}  // namespace argosy::master
