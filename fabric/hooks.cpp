#include "fabric/hooks.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "base/check.h"

namespace argosy::fabric {
namespace {

constexpr Duration kLastWait = milliseconds(500);  // from SIGKILL to the end: a process that waits for a disk takes its time

// A file in memory that cannot grow: a hook that talks too much gets errors instead of filling memory.
int bounded_output() {
  const int fd = ::memfd_create("hook output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  CHECK(fd >= 0);
  CHECK(::ftruncate(fd, static_cast<off_t>(HookRun::kMaxOutput)) == 0);
  CHECK(::fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0);
  return fd;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (added.count(std::string(text.substr(0, text.find('=')))) == 0) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// 0 or the error number.
int spawn(const Hook& hook, const std::map<std::string, std::string>& environment, int output, pid_t& pid) {
  std::vector<std::string> arguments = hook.command;
  std::vector<std::string> variables = merged_environment(environment);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int error = ::posix_spawnp(&pid, arguments[0].c_str(), &actions, &attributes,
                                   pointers_to(arguments).data(), pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

bool has_ended(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

// It was killed, and ends who knows when. Detached: nobody waits for that.
void reap_aside(pid_t pid) {
  std::thread([pid] {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }).detach();
}

}  // namespace

struct HookRun::State {
  Time started;
  Time until;
  pid_t pid = -1;
  int pidfd = -1;
  int output = -1;
  bool timed_out = false;
  std::optional<HookEnd> end;  // of one that did not start

  void kill_group() const { ::kill(-pid, SIGKILL); }
  HookEnd reap(Time now);
  HookEnd give_up(Time now);
  std::string output_text() const;
};

std::string HookRun::State::output_text() const {
  const off_t written = ::lseek(output, 0, SEEK_CUR);  // shared with the hook, which wrote from the beginning
  std::string text(static_cast<std::size_t>(std::max<off_t>(written, 0)), '\0');
  const ssize_t got = ::pread(output, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

// Required: the hook's process has ended. What it left running in its group goes too.
HookEnd HookRun::State::reap(Time now) {
  kill_group();
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  pid = -1;
  HookEnd ended;
  ended.how = timed_out                                       ? HookEnd::How::timed_out
              : WIFEXITED(status) && WEXITSTATUS(status) == 0 ? HookEnd::How::succeeded
                                                              : HookEnd::How::failed;
  if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.output = output_text();
  ended.took = now - started;
  return ended;
}

HookEnd HookRun::State::give_up(Time now) {
  reap_aside(std::exchange(pid, -1));
  HookEnd ended;
  ended.how = HookEnd::How::timed_out;
  ended.output = output_text() + "it does not end after SIGKILL";
  ended.took = now - started;
  return ended;
}

std::string HookEnd::text() const {
  switch (how) {
    case How::succeeded:
      return "succeeded";
    case How::timed_out:
      return "timed out after " + std::to_string(took.us / 1000) + " ms";
    case How::not_started:
      return "could not be started: " + output;
    case How::failed:
      break;
  }
  return signal != 0 ? "killed by signal " + std::to_string(signal)
                     : "exit status " + std::to_string(exit_code);
}

HookRun::HookRun(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::unique_ptr<HookRun> HookRun::start(const Hook& hook,
                                        const std::map<std::string, std::string>& environment, Time now) {
  CHECK(!hook.command.empty());
  auto state = std::make_unique<State>();
  state->started = now;
  state->until = now + hook.timeout;
  state->output = bounded_output();
  const int error = spawn(hook, environment, state->output, state->pid);
  if (error != 0) {
    state->pid = -1;
    state->end =
        HookEnd{HookEnd::How::not_started, 0, 0, hook.command[0] + ": " + std::strerror(error), Duration{}};
  } else {
    state->pidfd = static_cast<int>(::syscall(SYS_pidfd_open, state->pid, 0));
    CHECK(state->pidfd >= 0);
  }
  return std::unique_ptr<HookRun>(new HookRun(std::move(state)));
}

HookRun::~HookRun() {
  if (state_->pid > 0) {
    state_->kill_group();
    has_ended(state_->pid) ? void(state_->reap(state_->started)) : reap_aside(state_->pid);
  }
  if (state_->pidfd >= 0) ::close(state_->pidfd);
  ::close(state_->output);
}

int HookRun::fd() const {
  return state_->pidfd;
}

Time HookRun::deadline() const {
  return state_->end ? state_->started : state_->until;
}

std::optional<HookEnd> HookRun::take_end(Time now) {
  if (state_->end) return std::exchange(state_->end, std::nullopt);
  if (state_->pid <= 0) return std::nullopt;
  if (has_ended(state_->pid)) return state_->reap(now);
  if (now < state_->until) return std::nullopt;
  if (state_->timed_out) return state_->give_up(now);
  state_->timed_out = true;
  state_->until = now + kLastWait;
  state_->kill_group();
  return std::nullopt;
}

}  // namespace argosy::fabric
