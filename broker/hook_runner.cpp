#include "broker/hook_runner.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace argosy::broker {

namespace {

constexpr std::size_t kWaitingAlarms = 64;  // more are only logged
constexpr std::size_t kTextShown = 500;     // of what a peer said, in the log

std::string_view name_of(HookKind kind) {
  switch (kind) {
    case HookKind::fence:
      return "fence";
    case HookKind::on_activate:
      return "on_activate";
    case HookKind::on_deactivate:
      break;
  }
  return "on_deactivate";
}

}  // namespace

HookRunner::~HookRunner() {
  for (auto* line : {&running_, &alarming_}) {
    if (*line && (*line)->token != 0) polls_.remove((*line)->token);
  }
}

const HookConfig& HookRunner::hook_of(HookKind kind) const {
  switch (kind) {
    case HookKind::fence:
      return config_.fence;
    case HookKind::on_activate:
      return config_.on_activate;
    case HookKind::on_deactivate:
      break;
  }
  return config_.on_deactivate;
}

void HookRunner::order(const HookOrder& order, Time now, std::vector<Event>& ended) {
  std::vector<std::string> peers = order.peers;
  if (order.kind != HookKind::fence) peers = {""};
  for (const std::string& peer : peers) {
    tasks_.push_back({order.run, order.kind, peer, order.epoch, &peer == &peers.back(), ""});
  }
  go_on(now, ended);
}

void HookRunner::fence_no_more() {
  std::erase_if(tasks_, [](const Task& each) { return each.kind == HookKind::fence; });
}

void HookRunner::alarm(const Alarm& alarm, const Epoch& epoch, Time now) {
  spdlog::error("alarm: {}: {}", alarm.peer, printable(alarm.text, kTextShown));
  if (config_.on_alarm.command.empty() || alarms_.size() >= kWaitingAlarms) return;
  alarms_.push_back({{}, HookKind::fence, alarm.peer, epoch, true, alarm.text});
  start_alarm(now);
}

void HookRunner::start(std::optional<Running>& line, Task task, const HookConfig& hook, Time now) {
  const std::map<std::string, std::string> environment = {
      {"ARGOSY_BROKER", config_.machine.name}, {"ARGOSY_PEER", task.peer},
      {"ARGOSY_EPOCH", std::to_string(task.epoch.number)}, {"ARGOSY_ENDPOINT", config_.watch},
      {"ARGOSY_ALARM", task.alarm}};
  line.emplace();
  line->task = std::move(task);
  line->process = fabric::HookRun::start({hook.command, hook.timeout}, environment, now);
  if (line->process->fd() >= 0) line->token = polls_.add(line->process->fd());
}

std::optional<fabric::HookEnd> HookRunner::take_end(std::optional<Running>& line, Time now) {
  if (!line) return std::nullopt;
  const auto ended = line->fencing ? line->fencing->take_end(now) : line->process->take_end(now);
  if (ended && line->token != 0) polls_.remove(line->token);
  return ended;
}

// The next that is waiting, and those that end without a process.
void HookRunner::go_on(Time now, std::vector<Event>& ended) {
  while (!running_ && !tasks_.empty()) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    const HookConfig& hook = hook_of(task.kind);
    if (task.run == failed_) continue;
    if (!hook.command.empty()) {
      start(running_, std::move(task), hook, now);
    } else if (task.kind == HookKind::fence) {
      fence_here(std::move(task), now, ended);
    } else {
      end(task, true, "", ended);
    }
  }
}

void HookRunner::end(const Task& task, bool ok, const std::string& text, std::vector<Event>& ended) {
  if (!ok) failed_ = task.run;
  if (!ok || task.last) ended.push_back(HookEnded{task.run, ok, text});
}

void HookRunner::fence_here(Task task, Time now, std::vector<Event>& ended) {
  const auto found = std::find_if(config_.peers.begin(), config_.peers.end(),
                                  [&](const PeerConfig& each) { return each.name == task.peer; });
  if (found == config_.peers.end() || found->directory.empty()) {
    spdlog::warn("{} is not fenced: there is no fence hook, and no folder of it on this host", task.peer);
    return end(task, true, "", ended);
  }
  auto fencing = Fencing::begin(found->directory, now);
  if (!fencing) return end(task, false, fencing.error().message, ended);
  running_.emplace();
  running_->task = std::move(task);
  running_->fencing.emplace(std::move(*fencing));
  if (running_->fencing->fd() >= 0) running_->token = polls_.add(running_->fencing->fd());
}

void HookRunner::take(Time now, std::vector<Event>& ended) {
  if (const auto end_of = take_end(running_, now)) {
    const Task task = std::move(running_->task);
    running_.reset();
    const bool ok = end_of->how == fabric::HookEnd::How::succeeded;
    const std::string who = task.peer.empty() ? "" : " " + task.peer;
    spdlog::info("{}{}: {} in {} ms {}", name_of(task.kind), who, end_of->text(), end_of->took.us / 1000, end_of->output);
    end(task, ok, ok ? "" : end_of->text() + (end_of->output.empty() ? "" : ": " + end_of->output.substr(0, 200)), ended);
    go_on(now, ended);
  }
  if (const auto end_of = take_end(alarming_, now)) {
    if (end_of->how != fabric::HookEnd::How::succeeded) spdlog::error("on_alarm: {} {}", end_of->text(), end_of->output);
    alarming_.reset();
  }
  start_alarm(now);
}

void HookRunner::start_alarm(Time now) {
  if (alarming_ || alarms_.empty()) return;
  Task next = std::move(alarms_.front());
  alarms_.pop_front();
  start(alarming_, std::move(next), config_.on_alarm, now);
}

std::optional<Time> HookRunner::deadline() const {
  std::optional<Time> next;
  for (const auto* line : {&running_, &alarming_}) {
    if (!*line) continue;
    const Time when = (*line)->fencing ? (*line)->fencing->deadline() : (*line)->process->deadline();
    next = next ? std::min(*next, when) : when;
  }
  return next;
}

}  // namespace argosy::broker
