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
  run(next);
  return next.attempt;
}

void Slots::run(const Waiting& next) {
  cpu_used_ += next.cpu_milli;
  memory_used_ += next.memory_bytes;
  running_.emplace(next.attempt, Reserved{next.cpu_milli, next.memory_bytes});
}

std::optional<Slots::Queued> Slots::queue_next(std::size_t depth, const MayFollow& may_follow) {
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = waiting_.front();
  std::optional<Waiting> best;    // the last of the shortest queue
  AttemptRef of{};                // who runs at its head
  for (const auto& [ref, reserved] : running_) {
    const auto queue = queues_.find(ref);
    const std::size_t length = queue == queues_.end() ? 0 : queue->second.size();
    const Waiting last = length > 0 ? queue->second.back() : Waiting{ref, reserved.cpu_milli, reserved.memory_bytes};
    if (length >= depth || last.cpu_milli < next.cpu_milli || last.memory_bytes < next.memory_bytes) continue;
    if (!may_follow(next.attempt, ref)) continue;
    best = last;
    of = ref;
    depth = length;
  }
  if (!best) return std::nullopt;
  waiting_.pop_front();
  queues_[of].push_back(next);
  return Queued{next.attempt, best->attempt};
}

std::optional<Slots::Waiting> Slots::take_queued(AttemptRef attempt) {
  for (auto queue = queues_.begin(); queue != queues_.end(); ++queue) {
    auto& list = queue->second;
    const auto it = std::find_if(list.begin(), list.end(), [&](const Waiting& w) { return w.attempt == attempt; });
    if (it == list.end()) continue;
    const Waiting taken = *it;
    list.erase(it);
    if (list.empty()) queues_.erase(queue);
    return taken;
  }
  return std::nullopt;
}

void Slots::put_back(AttemptRef attempt) {
  if (const auto taken = take_queued(attempt)) waiting_.push_front(*taken);
}

void Slots::remove(AttemptRef attempt) {
  if (const auto it = running_.find(attempt); it != running_.end()) {
    cpu_used_ -= it->second.cpu_milli;
    memory_used_ -= it->second.memory_bytes;
    running_.erase(it);
    if (auto queue = queues_.extract(attempt)) {
      Queue& list = queue.mapped();
      const Waiting next = list.front();
      list.pop_front();
      run(next);
      if (!list.empty()) queues_.emplace(next.attempt, std::move(list));
    }
    return;
  }
  if (take_queued(attempt)) return;
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

std::vector<AttemptRef> Slots::queued_attempts() const {
  std::vector<AttemptRef> attempts;
  for (const auto& [ref, queue] : queues_) {
    for (const auto& waiting : queue) attempts.push_back(waiting.attempt);
  }
  return attempts;
}

std::size_t Slots::queued_count() const {
  std::size_t count = 0;
  for (const auto& [ref, queue] : queues_) count += queue.size();
  return count;
}

}  // namespace argosy::worker
