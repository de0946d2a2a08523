#include "client/children.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iostream>

#include "base/check.h"
#include "client/legible.h"
#include "fabric/clock.h"

namespace argosy::client {
namespace {

constexpr Duration kBackOffMost = seconds(5);
constexpr Duration kLivedLong = seconds(10);
constexpr Duration kSayAfter = seconds(10);  // that something is not ready yet
constexpr Duration kSayAgain = seconds(60);

// An abstract datagram socket, bound to "@argosy-PID-NAME".
int open_notify_socket(const std::string& name) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  CHECK(fd >= 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
  return fd;
}

std::string notify_name(const std::string& child) { return "argosy-" + std::to_string(::getpid()) + "-" + child; }

// In the child, after fork: only calls that are safe there.
[[noreturn]] void become(char* const* argv, char* const* envp, int log, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // without us nobody would stop them in order; nothing accepted is lost by it
  if (::getppid() != parent) ::_exit(1);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::execve("/proc/self/exe", argv, envp);
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_with(const std::string& notify) {
  std::vector<std::string> out;
  for (char** one = environ; *one != nullptr; ++one) {
    if (std::strncmp(*one, "NOTIFY_SOCKET=", 14) != 0) out.emplace_back(*one);
  }
  out.push_back("NOTIFY_SOCKET=@" + notify);
  return out;
}

}  // namespace

Children::Children(fabric::Signals& signals) : signals_(signals) { polls_.add(signals_.fd()); }

Children::~Children() {
  stop(names(), Duration{});
  for (auto& [name, child] : children_) {
    if (child.notify_fd >= 0) ::close(child.notify_fd);
  }
}

std::vector<std::string> Children::names() const {
  std::vector<std::string> out;
  for (const auto& [name, child] : children_) out.push_back(name);
  return out;
}

Status Children::launch(Child& child) {
  std::error_code ignored;
  child.log_begin = std::filesystem::exists(child.spec.log, ignored) ? std::filesystem::file_size(child.spec.log, ignored) : 0;
  const int log = ::open(child.spec.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) return Error{child.spec.log.string() + ": cannot be opened: " + std::strerror(errno)};
  std::vector<std::string> arguments{"argosy"};
  arguments.insert(arguments.end(), child.spec.arguments.begin(), child.spec.arguments.end());
  std::vector<std::string> environment = environment_with(notify_name(child.spec.name));
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  const pid_t parent = ::getpid();
  child.ready = false;
  child.again.reset();
  child.started = fabric::read_steady();
  child.pid = ::fork();
  if (child.pid == 0) become(argv.data(), envp.data(), log, parent);
  ::close(log);
  if (child.pid < 0) return Error{"cannot start " + child.spec.name + ": " + std::strerror(errno)};
  return Done{};
}

Children::Child& Children::add(const ChildSpec& spec) {
  Child& child = children_[spec.name];
  child.spec = spec;
  child.notify_fd = open_notify_socket(notify_name(spec.name));
  child.token = polls_.add(child.notify_fd);
  return child;
}

Outcome<Done> Children::start_unheard(const ChildSpec& spec) {
  Child& child = add(spec);
  child.restarts = true;
  if (auto launched = launch(child); !launched) return trouble(launched.error());
  return Done{};
}

Outcome<Done> Children::start(const ChildSpec& spec) {
  Child& child = add(spec);
  if (auto launched = launch(child); !launched) return trouble(launched.error());
  for (Time say = child.started + kSayAfter; !child.ready;) {
    turn(say);
    if (const Time now = fabric::read_steady(); !child.ready && now >= say) {
      std::cerr << "argosy: " << spec.name << " is not ready yet: " << last_words(child) << "\n";
      say = now + kSayAgain;
    }
    if (child.pid < 0) return Trouble{child.ended, spec.name + " did not start: " + last_words(child)};
    if (asked_ > 0) return Trouble{Exit::failed, "stopped before " + spec.name + " was ready"};
  }
  child.restarts = true;
  return Done{};
}

void Children::keep() {
  while (asked_ == 0) {
    std::optional<Time> due;
    for (const auto& [name, child] : children_) {
      if (child.again && (!due || *child.again < *due)) due = child.again;
    }
    turn(due);
    start_due();
  }
}

void Children::start_due() {
  const Time now = fabric::read_steady();
  for (auto& [name, child] : children_) {
    if (!child.again || now < *child.again) continue;
    std::cerr << "argosy: starting " << name << " again\n";
    if (auto launched = launch(child); !launched) {
      std::cerr << "argosy: " << launched.error().message << "\n";
      child.again = now + kBackOffMost;
    }
  }
}

void Children::stop(const std::vector<std::string>& names, Duration patience) {
  const Time kill_at = fabric::read_steady() + patience;
  const int asked_before = asked_;
  bool killed = false;
  const auto alive = [&] {
    return std::any_of(names.begin(), names.end(), [&](const auto& name) { return children_[name].pid > 0; });
  };
  for (const auto& name : names) {
    Child& child = children_[name];
    child.restarts = false;
    child.again.reset();
    if (child.pid > 0) ::kill(child.pid, SIGTERM);
  }
  while (alive()) {
    if (!killed && (fabric::read_steady() >= kill_at || asked_ > asked_before)) {
      killed = true;
      for (const auto& name : names) {
        if (children_[name].pid > 0) ::kill(children_[name].pid, SIGKILL);
      }
    }
    turn(killed ? std::nullopt : std::optional<Time>(kill_at));
  }
}

void Children::turn(std::optional<Time> deadline) {
  std::vector<fabric::Readiness> ready;
  polls_.wait(deadline, ready);
  for (auto& [name, child] : children_) {
    char text[256];
    const ssize_t got = child.notify_fd < 0 ? -1 : ::recv(child.notify_fd, text, sizeof text - 1, 0);
    if (got > 0 && std::string_view(text, static_cast<std::size_t>(got)).find("READY=1") != std::string_view::npos) {
      child.ready = true;
    }
  }
  for (const int signal : signals_.take()) {
    if (signal == SIGCHLD) {
      reap();
    } else {
      ++asked_;
    }
  }
}

void Children::reap() {
  for (auto& [name, child] : children_) {
    int status = 0;
    if (child.pid > 0 && ::waitpid(child.pid, &status, WNOHANG) == child.pid) on_end(child, status);
  }
}

void Children::on_end(Child& child, int status) {
  child.pid = -1;
  child.ended = WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(Exit::usage) ? Exit::usage : Exit::failed;
  if (!child.restarts) return;
  const Time now = fabric::read_steady();
  const std::string how = WIFSIGNALED(status) ? "by signal " + std::to_string(WTERMSIG(status))
                                              : "with status " + std::to_string(WEXITSTATUS(status));
  const bool lived = now - child.started >= kLivedLong;
  child.back_off = lived ? milliseconds(100) : std::min(child.back_off * 2, kBackOffMost);
  child.again = now + child.back_off;
  std::cerr << "argosy: " << child.spec.name << " ended " << how << "; its log is " << child.spec.log.string() << "\n";
}

std::string Children::last_words(const Child& child) const {
  std::ifstream in(child.spec.log, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(child.log_begin));
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) last = line;
  }
  for (const std::string_view prefix : {"argosy: ", "argosy broker: ", "argosy master: ", "argosy worker: "}) {
    if (last.starts_with(prefix)) last.erase(0, prefix.size());
  }
  return last.empty() ? "it said nothing; its log is " + child.spec.log.string() : legible(last);
}

}  // namespace argosy::client
