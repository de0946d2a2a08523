#include "broker/process_mark.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "fabric/host_facts.h"

namespace argosy::broker {

namespace {

constexpr Duration kPatience = milliseconds(500);

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "process";
}

// When a process began, in the kernel's ticks since boot: with its number, it names one process of this boot.
// Empty: there is none.
std::string start_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_ends = text.rfind(')');  // the name may hold spaces and parentheses
  if (name_ends == std::string::npos) return {};
  std::istringstream fields(text.substr(name_ends + 1));
  std::string field;
  for (int i = 3; i <= 22 && fields >> field; ++i) {
  }
  return field;
}

std::string program_of(pid_t pid) {
  std::error_code failed;
  std::string path = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", failed).string();
  constexpr std::string_view kReplaced = " (deleted)";  // by an upgrade
  if (path.ends_with(kReplaced)) path.resize(path.size() - kReplaced.size());
  return path;
}

// What is written in the file: one process of one boot.
struct Mark {
  pid_t pid = 0;
  std::string start;
  std::string boot;
  std::string program;

  bool operator==(const Mark&) const = default;
};

Mark mark_of(pid_t pid) {
  return {pid, start_of(pid), fabric::read_host_facts().boot_id, program_of(pid)};
}

std::string to_text(const Mark& mark) {
  return std::to_string(mark.pid) + "\n" + mark.start + "\n" + mark.boot + "\n" + mark.program + "\n";
}

std::optional<Mark> read_mark(int fd) {
  char bytes[5000];
  const ssize_t size = ::pread(fd, bytes, sizeof bytes, 0);
  if (size <= 0 || bytes[size - 1] != '\n') return std::nullopt;
  std::istringstream lines(std::string(bytes, static_cast<std::size_t>(size)));
  Mark mark;
  std::string pid;
  if (!std::getline(lines, pid) || !std::getline(lines, mark.start) || !std::getline(lines, mark.boot) ||
      !std::getline(lines, mark.program)) {
    return std::nullopt;
  }
  if (pid.empty() || pid.size() > 9 || pid.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  mark.pid = std::stoi(pid);
  if (mark.pid <= 1 || mark.start.empty() || mark.program.empty()) return std::nullopt;
  return mark;
}

struct Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

Error trouble(const std::filesystem::path& file, const std::string& what) {
  return Error{file.string() + ": " + what};
}

// 1. the descriptor is bound to whoever has the number now;
// 2. only then it is compared with the mark: from here on it cannot become another process;
// 3. the signal goes through the descriptor.
// Gives the descriptor; -1: there is no such process.
Result<int> kill_marked(const Mark& mark, const std::filesystem::path& file) {
  const std::string who = "process " + std::to_string(mark.pid);
  Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, mark.pid, 0)));
  if (process.fd < 0 && errno == ESRCH) return -1;
  if (process.fd < 0) return trouble(file, who + ": " + std::strerror(errno));
  Mark now = mark_of(mark.pid);
  if (now.program.empty()) now.program = mark.program;  // it is ending: its program goes before its locks
  if (!now.start.empty() && now != mark) {
    return trouble(file, "the folder is locked, but " + who +
                             " is not the one that wrote this: end the broker that runs there by hand");
  }
  if (::syscall(SYS_pidfd_send_signal, process.fd, SIGKILL, nullptr, 0) != 0 && errno != ESRCH) {
    return trouble(file, who + " cannot be ended: " + std::strerror(errno));
  }
  return std::exchange(process.fd, -1);
}

}  // namespace

ProcessMark::ProcessMark(ProcessMark&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

ProcessMark& ProcessMark::operator=(ProcessMark&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

ProcessMark::~ProcessMark() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ProcessMark> ProcessMark::make(const std::filesystem::path& folder) {
  const auto file = file_in(folder);
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return trouble(file, std::strerror(errno));
  ProcessMark made(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const auto other = read_mark(fd);
    return trouble(file, "another broker runs in this folder" +
                             (other ? ", process " + std::to_string(other->pid) : std::string()));
  }
  const std::string text = to_text(mark_of(::getpid()));
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return trouble(file, std::strerror(errno));
  }
  return made;
}

Fencing::Fencing(Time now) : began_(now), until_(now + kPatience) {}

Fencing::Fencing(Fencing&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), began_(other.began_), until_(other.until_) {}

Fencing::~Fencing() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Fencing> Fencing::begin(const std::filesystem::path& folder, Time now) {
  Fencing fencing(now);
  const auto file = file_in(folder);
  const Descriptor mark_file(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (mark_file.fd < 0 && errno != ENOENT) return trouble(file, std::strerror(errno));
  if (mark_file.fd < 0 || ::flock(mark_file.fd, LOCK_SH | LOCK_NB) == 0) return fencing;  // nobody runs there
  const auto mark = read_mark(mark_file.fd);
  if (!mark) return trouble(file, "is locked, and does not say by which process");
  if (mark->boot != fabric::read_host_facts().boot_id) {
    return trouble(file, "was written on another host: this one cannot fence it; a `fence` hook can");
  }
  if (mark->pid == ::getpid()) return trouble(file, "that is this process");
  const auto process = kill_marked(*mark, file);
  if (!process) return process.error();
  fencing.fd_ = *process;
  return fencing;
}

std::optional<fabric::HookEnd> Fencing::take_end(Time now) {
  using How = fabric::HookEnd::How;
  pollfd gone{fd_, POLLIN, 0};
  if (fd_ < 0 || ::poll(&gone, 1, 0) == 1) return fabric::HookEnd{How::succeeded, 0, 0, "", now - began_};
  if (now < until_) return std::nullopt;
  return fabric::HookEnd{How::timed_out, 0, SIGKILL, "it does not end after SIGKILL", now - began_};
}

}  // namespace argosy::broker
