#include "worker/tasks.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/quantity.h"
#include "worker/orphans.h"
#include "worker/outcome.h"

namespace argosy::worker {
namespace {

constexpr std::size_t kReadAtOnce = 1u << 20;  // of one pipe, before others have their turn
constexpr Duration kSweepBound = seconds(30);
constexpr Duration kPauseLeast = milliseconds(100), kPauseMost = seconds(10);
constexpr Duration kSoon = seconds(10);  // a keeper that lived for longer was well
constexpr Duration kWatchAfter = milliseconds(5);  // longer than the keeper holds the news of short tasks

}  // namespace

Tasks::Tasks(LaunchContext context, keeper::KeeperLaunch keeper, Spool& spool, ContentCache& contents, fabric::PollSet& poll,
             SessionId session, bool without_processes)
    : context_(std::move(context)), how_(std::move(keeper)), spool_(spool), contents_(contents), poll_(poll),
      session_(session),
      without_processes_(without_processes) {}

Tasks::~Tasks() {
  if (keeper_) poll_.remove(keeper_token_);
  for (auto& [token, task] : running_) {
    unwatch(task, 0);
    unwatch(task, 1);
  }
}

Status Tasks::launch_keeper() {
  auto keeper = keeper::KeeperClient::launch(how_);
  if (!keeper) return keeper.error();
  keeper_ = std::move(*keeper);
  keeper_token_ = poll_.add(keeper_->fd());
  keeper_wants_write_ = false;
  return Done{};
}

void Tasks::start(Now now, const StartTask& task, std::vector<Event>& events) {
  if (without_processes_) {
    AttemptEnd end;
    end.attempt = task.attempt;
    end.exit_code = 0;
    end.started_at = end.ended_at = now.wall;
    events.push_back(TaskEnded{std::move(end)});
    return;
  }
  if (launch_at_) return held_.push_back(task);
  const keeper::TaskToken token = ++last_token_;
  const auto fail = [&](EndReason reason, const std::string& detail) {
    AttemptEnd end;
    end.attempt = task.attempt;
    end.reason = reason;
    end.ended_at = now.wall;
    end.detail = detail;
    events.push_back(TaskEnded{std::move(end)});
  };
  if (!keeper_) return fail(EndReason::keeper_died, trouble_->message);
  const std::string& content = task.spec->content;
  if (!content.empty() && !contents_.has(content)) {
    return fail(EndReason::content_missing, "the package's content left the cache before the task could start");
  }
  const auto package = content.empty() ? std::filesystem::path() : contents_.use(content);
  if (free_slots_.empty()) free_slots_.push_back(slots_made_++);
  const std::uint32_t slot = free_slots_.back();
  auto made = make_launch(task, token, slot, package, context_, now.steady);
  if (const auto* refusal = std::get_if<LaunchRefusal>(&made)) {
    if (!content.empty()) contents_.release(content);
    return fail(refusal->reason, refusal->detail);
  }
  auto& launch = std::get<Launch>(made);
  if (task.behind) {
    const auto before = tokens_.find(*task.behind);
    if (before != tokens_.end()) launch.order.after = before->second;
  }
  auto pipes = keeper_->start(launch.order);
  if (!pipes) {
    if (!content.empty()) contents_.release(content);
    return fail(EndReason::cannot_start, pipes.error().message);
  }
  Running running{task.attempt, task.shard, content, std::move(launch.output),
                  std::make_unique<Output>(task.attempt, pipes->out, pipes->err, launch.secret_values)};
  running.slot = slot;
  free_slots_.pop_back();
  tokens_[task.attempt] = token;
  running_.emplace(token, std::move(running));
  ++unstarted_;
}

bool Tasks::take_held(AttemptRef attempt) {
  return std::erase_if(held_, [&](const StartTask& task) { return task.attempt == attempt; }) > 0;
}

void Tasks::stop(Now now, const StopTask& stop, std::vector<Event>& events) {
  if (take_held(stop.attempt)) {
    return events.push_back(TaskEnded{{.attempt = stop.attempt, .reason = EndReason::stopped, .ended_at = now.wall}});
  }
  const auto it = tokens_.find(stop.attempt);
  if (it != tokens_.end() && keeper_) keeper_->stop_task({it->second, stop.grace});
}

void Tasks::recall(const RecallTask& recall, std::vector<Event>& events) {
  if (take_held(recall.attempt)) return events.push_back(TaskRecalled{recall.attempt});
  const auto it = tokens_.find(recall.attempt);
  if (it != tokens_.end() && keeper_) keeper_->recall({it->second});
}

void Tasks::extend(const ExtendLease& lease) {
  for (auto& task : held_) {
    if (task.attempt == lease.attempt) task.lease_deadline = lease.deadline;
  }
  const auto it = tokens_.find(lease.attempt);
  if (it != tokens_.end() && keeper_) keeper_->extend({it->second, lease.deadline});
}

void Tasks::flush() {
  if (!keeper_) return;
  keeper_->flush();
  if (keeper_->wants_write() == keeper_wants_write_) return;
  keeper_wants_write_ = !keeper_wants_write_;
  poll_.change(keeper_token_, keeper_wants_write_ ? fabric::Interest::read_write : fabric::Interest::read);
}

bool Tasks::ready(const fabric::Readiness& readiness, Now now, std::vector<Event>& events) {
  if (keeper_ && readiness.token == keeper_token_) {
    if (readiness.readable) on_keeper(now, events);
    return true;
  }
  const auto it = pipes_.find(readiness.token);
  if (it == pipes_.end()) return false;
  Running& task = running_.at(it->second.first);
  std::vector<LogChunk> chunks;
  task.output->read_some(now, kReadAtOnce, chunks);
  if (task.output->out_fd() < 0) unwatch(task, 0);
  if (task.output->err_fd() < 0) unwatch(task, 1);
  spool_chunks(task, chunks, events);
  return true;
}

void Tasks::on_keeper(Now now, std::vector<Event>& events) {
  std::vector<keeper::KeeperEvent> heard;
  keeper_->receive(heard);
  for (const auto& event : heard) {
    if (const auto* e = std::get_if<keeper::TaskStarted>(&event)) on_started(now, *e, events);
    if (const auto* e = std::get_if<keeper::TaskNotStarted>(&event)) on_not_started(now, *e, events);
    if (const auto* e = std::get_if<keeper::TaskExited>(&event)) {
      const auto it = running_.find(e->token);
      if (it != running_.end()) on_exited(now, e->token, end_of(it->second.attempt, *e), events);
    }
    if (const auto* e = std::get_if<keeper::KeeperDied>(&event)) return on_keeper_died(now, *e, events);
  }
}

// While others are queued tasks are short: the end will most likely be told before the pipes need to be read, and then one
// wake-up is enough for all three.
void Tasks::on_started(Now now, const keeper::TaskStarted& started, std::vector<Event>& events) {
  const auto it = running_.find(started.token);
  if (it == running_.end()) return;
  it->second.started = true;
  --unstarted_;
  if (unstarted_ > 0) watch_at_.emplace_back(now.steady + kWatchAfter, started.token);
  else watch_pipes(it->second, started.token);
  events.push_back(TaskStarted{it->second.attempt, static_cast<std::uint64_t>(started.pid), started.at});
}

void Tasks::on_not_started(Now now, const keeper::TaskNotStarted& failed, std::vector<Event>& events) {
  const auto it = running_.find(failed.token);
  if (it == running_.end()) return;
  const AttemptRef attempt = it->second.attempt;
  if (failed.step != keeper::StartStep::recalled) {
    return on_exited(now, failed.token, end_of(attempt, failed, now.wall), events);
  }
  forget(failed.token);
  events.push_back(TaskRecalled{attempt});
}

void Tasks::on_exited(Now now, keeper::TaskToken token, AttemptEnd end, std::vector<Event>& events) {
  Running& task = running_.at(token);
  std::vector<LogChunk> chunks;
  unwatch(task, 0);
  unwatch(task, 1);
  task.output->read_to_end(now, chunks);
  spool_chunks(task, chunks, events);
  end.log_bytes = task.output->bytes();
  end.stderr_tail = cleaned(task.output->stderr_tail());
  Outputs outputs = take_outputs(task.output_file);
  end.outputs = std::move(outputs.values);
  if (end.detail.empty()) end.detail = std::move(outputs.left_out);
  events.push_back(TaskEnded{std::move(end)});
  forget(token);
}

// The tasks died with their keeper, what they left is swept here; then a new keeper is launched. While a process cannot be
// killed (it sleeps in the kernel) no end is told: nobody may run its item again.
void Tasks::on_keeper_died(Now now, const keeper::KeeperDied& died, std::vector<Event>& events) {
  poll_.remove(keeper_token_);
  keeper_.reset();
  while (!keeper::kill_descendants(kSweepBound).all_gone) {
    spdlog::warn("the keeper died, and what it left cannot be killed; the worker does nothing else until it is gone");
  }
  if (died.refused) trouble_ = Error{died.reason};
  const std::string reason = died.refused ? died.reason : pause_for_keeper(now, died.reason);
  std::vector<keeper::TaskToken> tokens;
  for (const auto& [token, task] : running_) tokens.push_back(token);
  for (const auto token : tokens) {
    AttemptEnd end;
    end.attempt = running_.at(token).attempt;
    end.reason = EndReason::keeper_died;
    end.ended_at = now.wall;
    end.detail = reason;
    on_exited(now, token, std::move(end), events);
  }
  launch_due(now, events);
}

// The next keeper is launched at once, unless this one died soon after its launch: then after a pause, twice as long each
// time. Told when the pause changes, since keepers may die for days. What happened, for people.
std::string Tasks::pause_for_keeper(Now now, const std::string& reason) {
  const bool soon = now.steady < launched_at_ + kSoon;
  const Duration pause = soon ? std::clamp(pause_ * 2, kPauseLeast, kPauseMost) : Duration{};
  const std::string told = reason + (soon ? " soon after its launch" : "") + "; the next one is launched " +
                           (soon ? "in " + format_duration(pause) : "at once");
  if (pause != pause_ || !soon) spdlog::warn("{}", told);
  pause_ = pause;
  launch_at_ = now.steady + pause;
  return told;
}

void Tasks::launch_due(Now now, std::vector<Event>& events) {
  if (pause_ > Duration{} && keeper_ && now.steady >= launched_at_ + kSoon) {
    spdlog::info("the keeper lives");
    pause_ = {};
  }
  if (!launch_at_ || now.steady < *launch_at_) return;
  launch_at_.reset();
  launched_at_ = now.steady;
  if (const auto launched = launch_keeper(); !launched) trouble_ = launched.error();
  for (const auto& task : std::exchange(held_, {})) start(now, task, events);
}

void Tasks::watch_pipes(Running& task, keeper::TaskToken token) {
  if (task.blocked) return;
  const int fds[2] = {task.output->out_fd(), task.output->err_fd()};
  for (std::size_t which = 0; which < 2; ++which) {
    if (fds[which] < 0 || task.poll_tokens[which] != 0) continue;
    task.poll_tokens[which] = poll_.add(fds[which]);
    pipes_[task.poll_tokens[which]] = {token, which};
  }
}

void Tasks::watch_due(Now now) {
  while (!watch_at_.empty()) {
    const auto [when, token] = watch_at_.front();
    const auto it = running_.find(token);
    if (it != running_.end() && when > now.steady) return;
    if (it != running_.end()) watch_pipes(it->second, token);
    watch_at_.pop_front();
  }
}

void Tasks::unwatch(Running& task, std::size_t which) {
  if (task.poll_tokens[which] == 0) return;
  poll_.remove(task.poll_tokens[which]);
  pipes_.erase(task.poll_tokens[which]);
  task.poll_tokens[which] = 0;
}

void Tasks::spool_chunks(const Running& task, std::vector<LogChunk>& chunks, std::vector<Event>& events) {
  for (const auto& chunk : chunks) {
    spool_.add_log(session_, task.shard, chunk);
    events.push_back(LogSpooled{chunk.attempt, chunk.offset, chunk.length, static_cast<std::uint32_t>(chunk.data.size())});
  }
}

void Tasks::tend(Now now, std::vector<Event>& events) {
  watch_due(now);
  launch_due(now, events);
  std::vector<LogChunk> chunks;
  const bool full = spool_.full();
  for (auto& [token, task] : running_) {
    chunks.clear();
    task.output->flush_due(now, chunks);
    spool_chunks(task, chunks, events);
    if (full == task.blocked) continue;
    task.blocked = full;
    events.push_back(OutputBlocked{task.attempt, full});
    if (full) {
      unwatch(task, 0);
      unwatch(task, 1);
    } else {
      watch_pipes(task, token);
    }
  }
}

std::optional<Time> Tasks::deadline() const {
  std::optional<Time> next = launch_at_;
  if (!watch_at_.empty()) next = next ? std::min(*next, watch_at_.front().first) : watch_at_.front().first;
  for (const auto& [token, task] : running_) {
    const auto due = task.output->deadline();
    if (due) next = next ? std::min(*next, *due) : *due;
  }
  return next;
}

void Tasks::forget(keeper::TaskToken token) {
  const auto it = running_.find(token);
  if (!it->second.content.empty()) contents_.release(it->second.content);
  if (const auto known = tokens_.find(it->second.attempt); known != tokens_.end() && known->second == token) tokens_.erase(known);
  if (!it->second.started) --unstarted_;
  free_slots_.push_back(it->second.slot);
  running_.erase(it);
}

bool Tasks::stop_keeper(Duration bound) { return !keeper_ || keeper_->stop(bound); }

}  // namespace argosy::worker
