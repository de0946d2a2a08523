#include "client/requests.h"

#include <algorithm>

namespace argosy::client {

bool is_transient(Refusal reason) {
  return reason == Refusal::unreachable || reason == Refusal::busy || reason == Refusal::catalog_unavailable ||
         reason == Refusal::not_active || reason == Refusal::old_epoch || reason == Refusal::old_term;
}

void Requests::open(const std::string& id, Request request) {
  close(id);
  open_.emplace(id, std::move(request));
  unsaid_.push_back(id);
}

bool Requests::close(const std::string& id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return false;
  take_back(found);
  open_.erase(found);
  return true;
}

const Requests::Request* Requests::next(Time now) {
  for (; !later_.empty() && later_.front().first <= now; later_.pop_front()) {
    const auto found = open_.find(later_.front().second);
    if (found != open_.end() && found->second.waits) say_again(found);
  }
  while (!unsaid_.empty() && on_wire_ < on_wire_most_ && busy_until_ <= now) {
    const auto found = open_.find(unsaid_.front());
    unsaid_.pop_front();
    if (found == open_.end() || found->second.said || found->second.waits) continue;
    found->second.said = true;
    if (!found->second.stands) ++on_wire_;
    return &found->second;
  }
  return nullptr;
}

std::optional<Time> Requests::due() const {
  std::optional<Time> due;
  if (!later_.empty()) due = later_.front().first;
  if (!unsaid_.empty() && on_wire_ < on_wire_most_) due = std::min(due.value_or(busy_until_), busy_until_);
  return due;
}

void Requests::lose_connection() {
  on_wire_ = 0;
  unsaid_.clear();
  later_.clear();
  for (auto& [id, request] : open_) {
    request.said = request.waits = false;
    unsaid_.push_back(id);
  }
}

void Requests::lose_holders(const std::set<ShardId>& shards) {
  const auto lost = [&](ShardId shard) { return shards.contains(shard); };
  for (auto entry = open_.begin(); entry != open_.end(); ++entry) {
    const auto& heard_by = entry->second.shards;
    if (heard_by.empty() || std::any_of(heard_by.begin(), heard_by.end(), lost)) say_again(entry);
  }
}

bool Requests::keep(const Refused& refused, ShardId any, Time now) {
  const auto found = open_.find(refused.request);
  if (found == open_.end()) return false;
  auto& [id, request] = *found;
  if (refused.reason == Refusal::other_shard) {
    if (request.stands && request.shards.empty()) request.shards.insert(any);
    const bool known = request.shards.contains(refused.shard);
    if (request.stands && known) return true;  // said to its holder as well: only this one does not have it
    if (!request.stands) request.shards.clear();
    request.shards.insert(refused.shard);
    // Sent back to where it was refused: that master's hold is just changing.
    known ? say_later(found, now) : say_again(found);
    return true;
  }
  if (!is_transient(refused.reason)) return false;
  if (refused.reason == Refusal::busy) busy_until_ = now + kRetryTransient;
  say_later(found, now);
  return true;
}

// From the wire.
void Requests::take_back(Entry entry) {
  if (entry->second.said && !entry->second.stands) --on_wire_;
  entry->second.said = false;
}

void Requests::say_again(Entry entry) {
  take_back(entry);
  entry->second.waits = false;
  unsaid_.push_back(entry->first);
}

void Requests::say_later(Entry entry, Time now) {
  take_back(entry);
  entry->second.waits = true;
  later_.emplace_back(now + kRetryTransient, entry->first);
}

}  // namespace argosy::client
