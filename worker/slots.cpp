#include "worker/slots.h"

#include <algorithm>

#include "base/check.h"

namespace argosy::worker {

bool Slots::add(AttemptRef attempt, const Resources& resources) {
  CHECK(!running_.contains(attempt));
  if (resources.cpu_milli > capacity_.cpu_milli || resources.memory_bytes > capacity_.memory_bytes) return false;
  waiting_.push_back({attempt, resources.cpu_milli, resources.memory_bytes});
  return true;
}

std::optional<AttemptRef> Slots::start_next() {
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = waiting_.front();
  if (cpu_used_ + next.cpu_milli > capacity_.cpu_milli) return std::nullopt;
  if (memory_used_ + next.memory_bytes > capacity_.memory_bytes) return std::nullopt;
  waiting_.pop_front();
  cpu_used_ += next.cpu_milli;
  memory_used_ += next.memory_bytes;
  running_.emplace(next.attempt, Reserved{next.cpu_milli, next.memory_bytes});
  return next.attempt;
}

std::optional<Slots::Queued> Slots::queue_next() {
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = waiting_.front();
  for (const auto& [ref, reserved] : running_) {
    if (reserved.cpu_milli < next.cpu_milli || reserved.memory_bytes < next.memory_bytes || followers_.contains(ref)) continue;
    waiting_.pop_front();
    followers_.emplace(ref, next);
    return Queued{next.attempt, ref};
  }
  return std::nullopt;
}

void Slots::remove(AttemptRef attempt) {
  if (const auto it = running_.find(attempt); it != running_.end()) {
    cpu_used_ -= it->second.cpu_milli;
    memory_used_ -= it->second.memory_bytes;
    running_.erase(it);
    if (const auto follower = followers_.extract(attempt)) {
      const Waiting next = follower.mapped();
      cpu_used_ += next.cpu_milli;
      memory_used_ += next.memory_bytes;
      running_.emplace(next.attempt, Reserved{next.cpu_milli, next.memory_bytes});
    }
    return;
  }
  if (std::erase_if(followers_, [&](const auto& f) { return f.second.attempt == attempt; }) > 0) return;
  const auto it = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.attempt == attempt; });
  if (it != waiting_.end()) waiting_.erase(it);
}

std::optional<AttemptRef> Slots::youngest_waiting() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.back().attempt;
}

std::vector<AttemptRef> Slots::running_attempts() const {
  std::vector<AttemptRef> attempts;
  attempts.reserve(running_.size());
  for (const auto& [ref, reserved] : running_) attempts.push_back(ref);
  return attempts;
}

}  // namespace argosy::worker
