#include "worker/keeper_client.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "worker/keeper.h"
#include "worker/keeper_clock.h"
#include "worker/keeper_protocol.h"

extern char** environ;

namespace argosy::keeper {
namespace {

constexpr std::size_t max_pairs_a_message = 64;

bool good_token(const std::string& token) {
  if (token.empty() || token.size() > 64) return false;
  for (const char c : token) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && c != '_' && c != '-') return false;
  }
  return true;
}

std::string own_program() {
  char path[4096];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

// posix_spawn with the socket as descriptor 3, a session of its own (Ctrl-C on a terminal is not for
// keepers).
int spawn_keeper(const std::vector<std::string>& arguments, const std::string& worker_token, int socket,
                 int* pid) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string name = std::string(worker_token_variable) + "=";
  std::string token = name + worker_token;
  std::vector<char*> env;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name.c_str(), name.size()) != 0) env.push_back(*entry);
  }
  env.push_back(token.data());
  env.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, socket, keeper_socket_fd);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const int error = posix_spawn(pid, argv[0], &actions, &attributes, argv.data(), env.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

rlimit open_files_at_start() {
  static const rlimit limit = [] {
    rlimit now{};
    getrlimit(RLIMIT_NOFILE, &now);
    return now;
  }();
  return limit;
}

std::string death(int status) {
  if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "exited with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::vector<std::string> default_keeper_command() {
  const std::string self = own_program();
  const std::string beside = self.substr(0, self.rfind('/') + 1) + "argosy-keeper";
  // Another program that links a worker (a test) would start itself again and again.
  if (access(beside.c_str(), X_OK) == 0 || !self.ends_with("/argosy")) return {beside};
  return {self, "keeper"};
}

Result<KeeperClient> KeeperClient::launch(const KeeperLaunch& how) {
  if (!good_token(how.worker_token))
    return Error{"the keeper needs a worker token of 1 to 64 letters and digits, got '" + how.worker_token +
                 "'"};
  std::vector<std::string> arguments = how.command.empty() ? default_keeper_command() : how.command;
  arguments.push_back(std::to_string(keeper_protocol));
  arguments.push_back(how.trash_directory);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error{std::string("cannot make the keeper's socket: ") + std::strerror(errno)};
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  KeeperClient client;
  client.socket_ = ends[0];
  fcntl(client.socket_, F_SETFL, O_NONBLOCK);
  const rlimit at_start = open_files_at_start(), most{at_start.rlim_max, at_start.rlim_max};
  setrlimit(RLIMIT_NOFILE, &at_start);  // which keeper and tasks get
  const int error = spawn_keeper(arguments, how.worker_token, ends[1], &client.guard_);
  setrlimit(RLIMIT_NOFILE, &most);  // two pipes of each task that runs are held here
  client.pid_ = client.guard_;
  close(ends[1]);
  if (error != 0) return Error{"cannot start the keeper " + arguments[0] + ": " + std::strerror(error)};
  return client;
}

KeeperClient::KeeperClient(KeeperClient&& other) noexcept {
  *this = std::move(other);
}

KeeperClient& KeeperClient::operator=(KeeperClient&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(pid_, other.pid_);
  std::swap(guard_, other.guard_);
  std::swap(dead_, other.dead_);
  std::swap(out_, other.out_);
  std::swap(sent_, other.sent_);
  std::swap(riders_, other.riders_);
  std::swap(next_rider_, other.next_rider_);
  std::swap(in_, other.in_);
  return *this;
}

KeeperClient::~KeeperClient() {
  for (; next_rider_ < riders_.size(); ++next_rider_) {
    for (const int fd : riders_[next_rider_].fds) close(fd);
  }
  if (socket_ >= 0) close(socket_);
}

Result<TaskPipes> KeeperClient::start(const StartOrder& order) {
  CHECK(order.token != 0 && !order.argv.empty());
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0)
    return Error{std::string("cannot make the task's pipes: ") + std::strerror(errno)};
  if (pipe2(err, O_CLOEXEC) != 0) {
    const int error = errno;
    close(out[0]);
    close(out[1]);
    return Error{std::string("cannot make the task's pipes: ") + std::strerror(error)};
  }
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(err[0], F_SETFL, O_NONBLOCK);
  riders_.push_back({out_.size(), {out[1], err[1]}});
  put_order(order, out_);
  return TaskPipes{out[0], err[0]};
}

void KeeperClient::extend(const ExtendOrder& order) {
  put_order(order, out_);
}
void KeeperClient::stop_task(const StopOrder& order) {
  put_order(order, out_);
}
void KeeperClient::recall(const RecallOrder& order) {
  put_order(order, out_);
}

void KeeperClient::flush() {
  while (!dead_ && wants_write() && send_some()) {
  }
  if (wants_write() && !dead_) return;
  out_.clear();
  sent_ = 0;
  riders_.clear();
  next_rider_ = 0;
}

// One sendmsg: descriptors may only travel with a byte at or before their own word's first.
bool KeeperClient::send_some() {
  std::size_t end = out_.size();
  int fds[2 * max_pairs_a_message];
  std::size_t pairs = 0;
  for (std::size_t i = next_rider_; i < riders_.size(); ++i) {
    if (pairs == max_pairs_a_message) {
      end = riders_[i].offset;
      break;
    }
    std::memcpy(fds + 2 * pairs++, riders_[i].fds, sizeof riders_[i].fds);
  }
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)];
  iovec part{out_.data() + sent_, end - sent_};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (pairs > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(2 * pairs * sizeof(int));
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(2 * pairs * sizeof(int));
    std::memcpy(CMSG_DATA(head), fds, 2 * pairs * sizeof(int));
  }
  const ssize_t n = sendmsg(socket_, &message, MSG_NOSIGNAL);
  if (n <= 0) return n < 0 && errno == EINTR;  // a dead keeper is told by receive()
  sent_ += static_cast<std::size_t>(n);
  for (; pairs > 0; --pairs, ++next_rider_) {
    for (const int fd : riders_[next_rider_].fds) close(fd);
  }
  return true;
}

void KeeperClient::receive(std::vector<KeeperEvent>& events) {
  char bytes[16384];
  while (!dead_) {
    const ssize_t n = recv(socket_, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) {
      die(events);
      break;
    }
    in_.append(bytes, static_cast<std::size_t>(n));
    std::size_t at = 0;
    while (auto event = take_event(in_, at)) {
      if (const auto* ready = std::get_if<KeeperReady>(&*event)) pid_ = ready->pid;
      events.emplace_back(std::move(*event));
    }
    in_.erase(0, at);
    if (static_cast<std::size_t>(n) < sizeof bytes) break;
  }
}

void KeeperClient::die(std::vector<KeeperEvent>& events) {
  dead_ = true;
  int status = 0;
  kill(guard_, SIGCONT);  // it ends as its keeper ended, unless somebody had stopped it
  const bool reaped = waitpid(guard_, &status, 0) == guard_;
  const bool refused = reaped && WIFEXITED(status) && WEXITSTATUS(status) == keeper_refuses;
  const std::string how = refused ? "is of another build than this worker; start the worker again" : reaped ? death(status) : "is gone";
  events.emplace_back(KeeperDied{"the keeper (pid " + std::to_string(pid_) + ") " + how, refused});
}

bool KeeperClient::stop(Duration bound) {
  if (dead_) return true;
  shutdown(socket_, SHUT_WR);
  const Time end = now_steady() + bound;
  while (true) {
    const std::int64_t left_us = (end - now_steady()).us;
    pollfd fd{socket_, POLLIN, 0};
    if (left_us <= 0 || poll(&fd, 1, static_cast<int>(left_us / 1000 + 1)) < 0) return false;
    std::vector<KeeperEvent> last;
    receive(last);
    if (dead_) return true;
  }
}

}  // namespace argosy::keeper
