#include "broker/ledger.h"

#include <algorithm>

#include "base/check.h"

namespace argosy::broker {

void Ledger::open(const Resources& capacity, std::uint32_t prefetch, bool draining,
                  const std::vector<HeldItem>& held) {
  capacity_ = capacity;
  std::sort(capacity_.tags.begin(), capacity_.tags.end());
  set_prefetch(prefetch, draining);
  used_cpu_milli_ = 0;
  used_memory_bytes_ = 0;
  items_.clear();
  waiting_.clear();
  for (const HeldItem& each : held) {
    if (items_.size() >= items_most_) break;
    enter(each.item, each.resources);
  }
}

void Ledger::set_prefetch(std::uint32_t prefetch, bool draining) {
  prefetch_ = std::min(prefetch, items_most_);
  draining_ = draining;
}

bool Ledger::fits(std::uint32_t cpu_milli, std::uint64_t memory_bytes) const {
  if (used_cpu_milli_ + cpu_milli > capacity_.cpu_milli) return false;
  if (memory_bytes == 0) return true;
  return used_memory_bytes_ <= capacity_.memory_bytes &&
         memory_bytes <= capacity_.memory_bytes - used_memory_bytes_;
}

Fit Ledger::fit(const Resources& resources) const {
  if (resources.cpu_milli > capacity_.cpu_milli || resources.memory_bytes > capacity_.memory_bytes)
    return Fit::never;
  if (draining_ || items_.size() >= items_most_) return Fit::not_now;
  if (waiting_.empty() && fits(resources.cpu_milli, resources.memory_bytes)) return Fit::runs;
  return waiting_.size() < prefetch_ ? Fit::waits : Fit::not_now;
}

void Ledger::enter(const ItemRef& item, const Resources& resources) {
  auto [place, is_new] = items_.try_emplace(item);
  if (!is_new) return;
  Held& held = place->second;
  held.cpu_milli = resources.cpu_milli;
  held.memory_bytes = resources.memory_bytes;
  held.place = waiting_.insert(waiting_.end(), item);
  promote();
}

// Those that wait begin to run, in their order, as long as the first of them fits.
void Ledger::promote() {
  while (!waiting_.empty()) {
    Held& held = items_.at(waiting_.front());
    // What a Hello holds may exceed the capacity (it shrank since): alone, it runs.
    const bool alone = items_.size() == waiting_.size();
    if (!alone && !fits(held.cpu_milli, held.memory_bytes)) return;
    held.runs = true;
    used_cpu_milli_ += held.cpu_milli;
    used_memory_bytes_ += held.memory_bytes;
    waiting_.pop_front();
  }
}

bool Ledger::free(const ItemRef& item) {
  const auto place = items_.find(item);
  if (place == items_.end()) return false;
  const Held& held = place->second;
  if (held.runs) {
    used_cpu_milli_ -= held.cpu_milli;
    used_memory_bytes_ -= held.memory_bytes;
  } else {
    waiting_.erase(held.place);
  }
  items_.erase(place);
  promote();
  return true;
}

bool Ledger::has_room() const {
  if (draining_ || items_.size() >= items_most_) return false;
  return waiting_.size() < prefetch_ || (waiting_.empty() && used_cpu_milli_ < capacity_.cpu_milli);
}

std::uint32_t Ledger::load() const {
  if (capacity_.cpu_milli == 0) return 1024;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(1024, used_cpu_milli_ * 1024 / capacity_.cpu_milli));
}

void Ledger::audit() const {
  std::uint64_t cpu = 0;
  std::uint64_t memory = 0;
  std::size_t waiting = 0;
  for (const auto& [item, held] : items_) {
    cpu += held.runs ? held.cpu_milli : 0;
    memory += held.runs ? held.memory_bytes : 0;
    waiting += held.runs ? 0 : 1;
  }
  CHECK(cpu == used_cpu_milli_ && memory == used_memory_bytes_ && waiting == waiting_.size());
  CHECK(items_.size() <= items_most_);
}

}  // namespace argosy::broker
