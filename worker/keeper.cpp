#include "worker/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>

#include "base/check.h"
#include "base/short_turns.h"
#include "worker/keeper_attempts.h"
#include "worker/keeper_clock.h"
#include "worker/keeper_guard.h"
#include "worker/keeper_protocol.h"

namespace argosy::keeper {
namespace {

constexpr std::size_t max_descriptors = 253;  // the kernel's SCM_MAX_FD
constexpr std::size_t trash_step = 64;        // removals between two looks at the sockets
constexpr std::size_t farewell_trash =
    10000;  // removals after the worker has gone; the next keeper does the rest
constexpr Duration started_may_wait = milliseconds(1);
constexpr Duration news_may_wait = milliseconds(4);  // while short tasks follow one another without the worker

// The loop between the worker's socket and the attempts.
class Keeper {
 public:
  Keeper(std::string worker_token, std::string trash_folder)
      : trash_(std::move(trash_folder)), attempts_(std::move(worker_token), trash_) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signals_ = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    timer_ = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    CHECK(signals_ >= 0 && timer_ >= 0);
    attempts_.events.emplace_back(KeeperReady{getpid()});
  }

  bool trash_usable() const { return trash_.usable(); }

  void serve() {
    while (!worker_gone_) {
      say();
      wait();
      attempts_.due(
          now_steady());  // before anything that arrived meanwhile: a deadline that passed has passed
      if (child_died_) reap();
      if (heard_) listen();
      trash_.step(trash_step);
    }
    attempts_.end_all();
    trash_.step(farewell_trash);
  }

 private:
  void wait() {
    arm_timer();
    pollfd fds[] = {{keeper_socket_fd, static_cast<short>(out_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
                    {signals_, POLLIN, 0},
                    {timer_, POLLIN, 0}};
    const int n = poll(fds, 3, poll_ms());
    heard_ = n > 0 && fds[0].revents != 0;
    child_died_ = n > 0 && fds[1].revents != 0;
    if (n > 0 && fds[2].revents != 0) {
      std::uint64_t ticks = 0;
      if (read(timer_, &ticks, sizeof ticks) > 0) armed_ = Time{};
    }
  }

  int poll_ms() const {
    if (!trash_.empty()) return 0;
    if (attempts_.events.empty()) return -1;
    return static_cast<int>(std::max<std::int64_t>(0, (say_at_ - now_steady()).us + 999) / 1000);
  }

  void arm_timer() {
    const Time due = attempts_.next_due();
    if (armed_.us != 0 && armed_ <= due)
      return;  // an early ring is harmless and cheaper than setting the timer
    itimerspec at{};
    at.it_value.tv_sec = static_cast<time_t>(due.us / 1000000);
    at.it_value.tv_nsec = static_cast<long>(due.us % 1000000 * 1000);
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr);
    armed_ = due;
  }

  void reap() {
    signalfd_siginfo info;
    (void)!read(signals_, &info, sizeof info);
    attempts_.reap();
  }

  // News wait a moment for company: a task of a millisecond is told to the worker with one wake-up, and several
  // that follow one another in the queue as well.
  void say() {
    if (out_.empty() && attempts_.events.empty()) return;
    if (out_.empty() && may_wait()) return;
    waiting_since_ = Time{};
    for (const KeeperEvent& event : attempts_.events) put_event(event, out_);
    attempts_.events.clear();
    attempts_.said();
    const ssize_t n = send(keeper_socket_fd, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) out_.erase(0, static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) worker_gone_ = true;
  }

  bool may_wait() {
    const Duration patience = this->patience();
    if (patience.us == 0) return false;
    const Time now = now_steady();
    if (waiting_since_.us == 0) waiting_since_ = now;
    say_at_ = waiting_since_ + patience;
    return now < say_at_;
  }

  Duration patience() const {
    if (only_starts()) return attempts_.anybody_waits() ? news_may_wait : started_may_wait;
    return attempts_.news_may_wait() ? news_may_wait : Duration{};
  }

  bool only_starts() const {
    for (const KeeperEvent& event : attempts_.events) {
      if (!std::holds_alternative<TaskStarted>(event)) return false;
    }
    return true;
  }

  void listen() {
    if (!hear()) return;
    std::size_t at = 0;
    const Time now = now_steady();
    while (auto order = take_order(in_.view(), at)) obey(*order, now);
    in_.drop_front(at);
  }

  bool hear() {
    static char bytes[65536];
    alignas(cmsghdr) static char control[CMSG_SPACE(max_descriptors * sizeof(int))];
    iovec part{bytes, sizeof bytes};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(keeper_socket_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) {
      worker_gone_ = true;
      return false;
    }
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      const auto* fds = reinterpret_cast<const int*>(CMSG_DATA(c));
      descriptors_.insert(descriptors_.end(), fds, fds + (c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    }
    in_.append({bytes, static_cast<std::size_t>(n)});
    explicit_bzero(bytes, static_cast<std::size_t>(n));
    return true;
  }

  void obey(const KeeperOrder& order, Time now) {
    if (const auto* extend = std::get_if<ExtendOrder>(&order)) return attempts_.extend(*extend, now);
    if (const auto* stop = std::get_if<StopOrder>(&order)) return attempts_.stop(*stop, now);
    if (const auto* recall = std::get_if<RecallOrder>(&order)) return attempts_.recall(*recall);
    CHECK(descriptors_.size() >= 2);
    const SpawnOutput output{descriptors_[0], descriptors_[1]};
    descriptors_.erase(descriptors_.begin(), descriptors_.begin() + 2);
    attempts_.start(std::get<StartOrder>(order), output, now_steady());
  }

  Trash trash_;
  Attempts attempts_;
  int signals_ = -1;
  int timer_ = -1;
  Time armed_{};  // 0: not armed
  bool worker_gone_ = false;
  bool heard_ = false;
  bool child_died_ = false;
  Time waiting_since_{};  // 0: nothing waits to be said
  Time say_at_{};         // while something waits
  SecretText in_;
  std::string out_;
  std::deque<int> descriptors_;
};

// What tasks inherit must be plain: default signals, no descriptors but 0, 1, 2, nothing to read.
void become_plain() {
  const unsigned long by_default[4] =
      {};  // as the kernel lays it out: the C library hides its own two signals
  for (int signal = 1; signal < NSIG; ++signal)
    syscall(SYS_rt_sigaction, signal, by_default, nullptr, NSIG / 8);
  close_range(keeper_socket_fd + 1, ~0U, 0);
  fcntl(keeper_socket_fd, F_SETFD, FD_CLOEXEC);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(nothing >= 0);
  dup2(nothing, 0);
  close(nothing);
  for (const int output : {1, 2}) {
    if (fcntl(output, F_GETFD) < 0) dup2(open("/dev/null", O_WRONLY), output);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "argosy-keeper");
  (void)!chdir("/");
}

int refuse(const char* why) {
  std::fprintf(stderr, "argosy keeper: %s; a worker starts its keeper itself, people never do\n", why);
  return keeper_refuses;
}

}  // namespace

int keeper_main(int argc, char** argv) {
  const int first = argc > 1 && std::strcmp(argv[1], "keeper") == 0 ? 2 : 1;
  const char* token = std::getenv(worker_token_variable);
  if (argc != first + 2) return refuse("needs the number of its protocol and the trash folder as arguments");
  if (argv[first] != std::to_string(keeper_protocol)) return refuse("the worker is of another build");
  if (token == nullptr || *token == '\0') return refuse("ARGOSY_WORKER_TOKEN is not set");
  if (fcntl(keeper_socket_fd, F_GETFD) < 0) return refuse("no socket on descriptor 3");
  const rlimit mark = mark_limit({worker_mark(token), 0});
  setrlimit(RLIMIT_RTTIME, &mark);
  become_guarded();
  become_plain();
  ask_for_short_turns(Heirs::do_not);  // tasks
  Keeper keeper(token, argv[first + 1]);
  if (!keeper.trash_usable()) {
    std::fprintf(stderr, "argosy keeper: the trash folder %s cannot be made or opened\n", argv[first + 1]);
    return 1;
  }
  keeper.serve();
  return 0;
}

}  // namespace argosy::keeper
