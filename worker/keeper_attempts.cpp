#include "worker/keeper_attempts.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "worker/keeper.h"
#include "worker/keeper_clock.h"

namespace argosy::keeper {
namespace {

constexpr Time never{std::numeric_limits<std::int64_t>::max()};
constexpr Duration memory_look_every = milliseconds(250);

WallTime now_wall() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return {static_cast<std::int64_t>(now.tv_sec) * 1000000 + now.tv_nsec / 1000};
}

Duration of(const timeval& t) {
  return {static_cast<std::int64_t>(t.tv_sec) * 1000000 + t.tv_usec};
}

TaskUsage usage_of(const rusage& used) {
  return {of(used.ru_utime), of(used.ru_stime), static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

SpawnFailure failure(StartStep step, int error, const std::string& what) {
  return {step, error, what + ": " + std::strerror(error)};
}

bool write_all(int fd, std::string_view content) {
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t n = write(fd, content.data() + at, content.size() - at);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  return true;
}

// 0, or the errno.
int write_secrets(const StartOrder& order) {
  const char* path = order.secrets_path.c_str();
  unlink(path);  // left by a keeper that was killed
  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
  if (fd < 0) return errno;
  bool well = write_all(fd, order.secrets.view()) && fchmod(fd, 0400) == 0;
  if (well && order.user) well = fchown(fd, order.user->uid, order.user->gid) == 0;
  const int error = well ? 0 : errno;
  close(fd);
  if (!well) unlink(path);
  return error;
}

}  // namespace

Attempts::Attempts(std::string worker_token, Trash& trash)
    : worker_token_(std::move(worker_token)),
      worker_mark_(worker_mark(worker_token_)),
      directories_(trash),
      orphans_(worker_mark_),
      serial_(
          static_cast<std::uint64_t>(now_steady().us)),  // above all serials of earlier keepers of this boot
      next_memory_look_(never),
      next_due_(never) {}

void Attempts::watch(Time deadline) {
  next_due_ = std::min(next_due_, deadline);
}

Time Attempts::next_due() const {
  return next_due_;
}

std::optional<SpawnFailure> Attempts::prepare(const StartOrder& order, Attempt& attempt) {
  if (!order.fresh_directory.empty()) {
    const int error = directories_.make(order.fresh_directory, order.user);
    if (error != 0)
      return failure(StartStep::directory, error,
                     "cannot make the working directory " + order.fresh_directory);
    attempt.fresh_directory = order.fresh_directory;
    if (!order.links_from.empty()) {
      const int linked = directories_.link_entries(order.links_from, order.fresh_directory);
      if (linked != 0) return failure(StartStep::directory, linked, "cannot link the package " + order.links_from);
    }
  }
  if (!order.secrets_path.empty()) {
    const int error = write_secrets(order);
    if (error != 0)
      return failure(StartStep::secrets, error, "cannot write the secrets file " + order.secrets_path);
    attempt.secrets_path = order.secrets_path;
  }
  return std::nullopt;
}

void Attempts::clear_files(const Attempt& attempt) {
  if (!attempt.secrets_path.empty()) unlink(attempt.secrets_path.c_str());
  if (!attempt.fresh_directory.empty()) directories_.clear(attempt.fresh_directory);
}

void Attempts::start(const StartOrder& order, SpawnOutput output, Time now) {
  CHECK(order.token != 0 && !holds(order.token));
  if (order.after == 0 || !holds(order.after)) return begin(order, output, now);
  watch(order.lease_deadline);
  queue_.add(order, output);
}

bool Attempts::holds(TaskToken token) const {
  return held_.contains(token) || queue_.holds(token);
}

void Attempts::release(TaskToken ended) {
  bool followed = false;
  while (const auto next = queue_.take_follower(ended)) {
    followed = true;
    begin(next->order, next->output, now_steady());
  }
  seat_idle_ |= !followed;
}

void Attempts::recall(const RecallOrder& order) {
  const auto early = queue_.take(order.token);
  if (early) refuse(*early, {StartStep::recalled, ECANCELED, "it was taken back before its turn came"});
}

void Attempts::refuse(const Queue::Waiting& waiting, SpawnFailure why) {
  close(waiting.output.out);
  close(waiting.output.err);
  events.emplace_back(TaskNotStarted{waiting.order.token, why.step, why.error, std::move(why.reason)});
  release(waiting.order.token);
}

std::optional<SpawnFailure> Attempts::launch(const StartOrder& order, SpawnOutput output, Attempt& attempt) {
  if (order.lease_deadline <= attempt.started) {
    return SpawnFailure{StartStep::lease, ETIME, "the lease ran out before the start"};
  }
  if (auto trouble = prepare(order, attempt)) return trouble;
  std::string directory = order.directory.empty() ? order.fresh_directory : order.directory;
  if (directory.empty()) directory = "/";
  const std::vector<std::string> tokens = {
      std::string(worker_token_variable) + "=" + worker_token_,
      std::string(attempt_token_variable) + "=" + std::to_string(attempt.serial)};
  auto spawned = spawn_process(order, directory, tokens, output, {worker_mark_, attempt.serial});
  if (auto* trouble = std::get_if<SpawnFailure>(&spawned)) return std::move(*trouble);
  attempt.pid = std::get<int>(spawned);
  return std::nullopt;
}

void Attempts::begin(const StartOrder& order, SpawnOutput output, Time now) {
  Attempt attempt;
  attempt.token = order.token;
  attempt.serial = ++serial_;
  attempt.started = now;
  attempt.lease_deadline = order.lease_deadline;
  attempt.memory_bytes = order.limits.memory_bytes;
  if (auto trouble = launch(order, output, attempt)) {
    clear_files(attempt);
    return refuse({order, output}, std::move(*trouble));
  }
  close(output.out);
  close(output.err);
  events.emplace_back(TaskStarted{order.token, attempt.pid, now_wall()});
  watch(attempt.lease_deadline);
  if (attempt.memory_bytes) {
    if (with_memory_limit_++ == 0) next_memory_look_ = now + memory_look_every;
    watch(next_memory_look_);
  }
  mains_.emplace(attempt.pid, attempt.token);
  held_.emplace(order.token, std::move(attempt));
}

void Attempts::extend(const ExtendOrder& order, Time now) {
  for (auto& [token, attempt] : held_) {
    if (attempt.killed || !extends(order, token, attempt.lease_deadline, now)) continue;
    attempt.lease_deadline = order.lease_deadline;
    watch(attempt.lease_deadline);
  }
  queue_.extend(order, now);
  watch(queue_.first_deadline());
}

void Attempts::stop(const StopOrder& order, Time now) {
  if (const auto early = queue_.take(order.token)) {
    return refuse(*early, {StartStep::stopped, ECANCELED, "it was stopped before its turn came"});
  }
  const auto found = held_.find(order.token);
  if (found == held_.end()) return;
  Attempt& attempt = found->second;
  if (attempt.killed || attempt.end) return;
  if (order.grace.us <= 0) return kill_tree(attempt, EndCause::stopped);
  if (!attempt.kill_at) {
    attempt.cause = EndCause::stopped;
    kill(-attempt.pid, SIGTERM);
    kill(-attempt.pid, SIGCONT);  // a stopped group would sleep through its grace
  }
  const Time end = now + order.grace;
  attempt.kill_at = attempt.kill_at ? std::min(*attempt.kill_at, end) : end;
  watch(*attempt.kill_at);
}

void Attempts::kill_main_and_below(const Attempt& attempt) {
  if (attempt.end) return;
  // First who descends from it, while descent can still be seen; then the group, which the kernel kills in
  // one go.
  kill_below(attempt.pid);
  kill(-attempt.pid, SIGKILL);
}

void Attempts::kill_tree(Attempt& attempt, EndCause cause) {
  if (attempt.killed) return;
  attempt.killed = true;
  if (!attempt.end) attempt.cause = cause;
  kill_main_and_below(attempt);
  orphans_.look(held_, mains_, serial_);
  orphans_.kill(attempt);
}

void Attempts::main_ended(Attempt& attempt, int status, const void* usage) {
  TaskExited end;
  end.token = attempt.token;
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.core_dumped = WIFSIGNALED(status) && WCOREDUMP(status);
  end.at = now_wall();
  end.ran = now_steady() - attempt.started;
  end.usage = usage_of(*static_cast<const rusage*>(usage));
  attempt.end = end;
  ++ended_;
}

void Attempts::reap() {
  rusage usage{};
  int status = 0;
  for (int pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
    const auto main = mains_.find(pid);
    if (main == mains_.end()) {
      orphans_.buried(pid);
      continue;
    }
    main_ended(held_.at(main->second), status, &usage);
    mains_.erase(main);
  }
  if (ended_ > 0) settle();
}

void Attempts::settle() {
  std::vector<TaskToken> gone;
  orphans_.look(held_, mains_, serial_);
  for (auto next = held_.begin(); next != held_.end();) {
    Attempt& attempt = next->second;
    if (!attempt.end || (!orphans_.empty() && orphans_.kill(attempt))) {
      ++next;
      continue;
    }
    clear_files(attempt);
    attempt.end->cause = attempt.cause;
    events.emplace_back(*attempt.end);
    if (attempt.memory_bytes) --with_memory_limit_;
    --ended_;
    gone.push_back(next->first);
    next = held_.erase(next);
  }
  for (const TaskToken token : gone) release(token);
  if (with_memory_limit_ == 0) next_memory_look_ = never;
}

void Attempts::due(Time now) {
  if (now < next_due_) return;
  if (now >= next_memory_look_) watch_memory(now);
  next_due_ = next_memory_look_;
  for (auto& [token, attempt] : held_) {
    if (attempt.killed) continue;
    if (now >= attempt.lease_deadline) {
      kill_tree(attempt, EndCause::lease_ran_out);
    } else if (attempt.kill_at && now >= *attempt.kill_at) {
      kill_tree(attempt, EndCause::stopped);
    } else {
      watch(attempt.kill_at ? std::min(*attempt.kill_at, attempt.lease_deadline) : attempt.lease_deadline);
    }
  }
  while (const auto late = queue_.take_late(now)) {
    refuse(*late, {StartStep::lease, ETIME, "the lease ran out before its turn came"});
  }
  watch(queue_.first_deadline());
}

void Attempts::watch_memory(Time now) {
  next_memory_look_ = now + memory_look_every;
  orphans_.look(held_, mains_, serial_);
  for (auto& [token, attempt] : held_) {
    if (!attempt.memory_bytes || attempt.killed || attempt.end) continue;
    std::vector<int> tree;
    append_tree(attempt.pid, tree);
    orphans_.append_trees(attempt.serial, tree);
    std::uint64_t sum = 0;
    for (const int pid : tree) sum += resident_bytes(pid);
    if (sum > *attempt.memory_bytes) kill_tree(attempt, EndCause::memory_limit);
  }
}

void Attempts::end_all() {
  for (auto& [token, attempt] : held_) kill_main_and_below(attempt);
  // Whoever dies hands its children to us, so each death is a reason to look again.
  do {
    for (const int pid : std::vector<int>(orphans_.children())) kill_below(pid);
  } while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR);
  for (auto& [token, attempt] : held_) clear_files(attempt);
  directories_.clear_all();
  held_.clear();
  mains_.clear();
  orphans_.clear();
  ended_ = 0;
}

}  // namespace argosy::keeper
