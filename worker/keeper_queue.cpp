#include "worker/keeper_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace argosy::keeper {

bool extends(const ExtendOrder& order, TaskToken token, Time deadline, Time now) {
  return (order.token == 0 || order.token == token) && deadline > now;
}

void Queue::extend(const ExtendOrder& order, Time now) {
  for (Waiting& waiting : waiting_) {
    if (extends(order, waiting.order.token, waiting.order.lease_deadline, now)) waiting.order.lease_deadline = order.lease_deadline;
  }
}

bool Queue::holds(TaskToken token) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) { return waiting.order.token == token; });
}

Time Queue::first_deadline() const {
  Time first{std::numeric_limits<std::int64_t>::max()};
  for (const Waiting& waiting : waiting_) first = std::min(first, waiting.order.lease_deadline);
  return first;
}

std::optional<Queue::Waiting> Queue::take_first(const std::function<bool(const StartOrder&)>& wanted) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return wanted(w.order); });
  if (found == waiting_.end()) return std::nullopt;
  Waiting taken = std::move(*found);
  waiting_.erase(found);
  return taken;
}

std::optional<Queue::Waiting> Queue::leave(std::optional<Waiting> taken) {
  for (Waiting& other : waiting_) {
    if (taken && other.order.after == taken->order.token) other.order.after = taken->order.after;
  }
  return taken;
}

std::optional<Queue::Waiting> Queue::take_follower(TaskToken ended) {
  return take_first([&](const StartOrder& order) { return order.after == ended; });
}

std::optional<Queue::Waiting> Queue::take(TaskToken token) {
  return leave(take_first([&](const StartOrder& order) { return order.token == token; }));
}

std::optional<Queue::Waiting> Queue::take_late(Time now) {
  return leave(take_first([&](const StartOrder& order) { return order.lease_deadline <= now; }));
}

}  // namespace argosy::keeper
