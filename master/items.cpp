#include "master/items.h"

#include <algorithm>

#include "base/check.h"

namespace argosy::master {

ItemCursor::ItemCursor(std::uint64_t total, std::uint64_t high, const std::vector<std::uint64_t>& holes)
    : total_(total), high_(std::min(high, total)), fresh_(high_), known_(total), back_(holes.begin(), holes.end()) {}

std::uint64_t ItemCursor::offerable() const {
  if (closed_) return 0;
  return back_.size() + (known_ > fresh_ ? known_ - fresh_ : 0);
}

Readiness ItemCursor::of(std::uint64_t item) const {
  if (closed_ || item >= total_) return Readiness::not_ready;
  if (item >= fresh_) return Readiness::not_offered;
  if (item >= high_ || out_.count(item) > 0) return Readiness::offered;
  return back_.count(item) > 0 ? Readiness::not_offered : Readiness::not_ready;
}

void ItemCursor::offer(std::uint64_t most, std::vector<std::uint64_t>& offered) {
  if (closed_) return;
  while (most > 0 && !back_.empty()) {
    auto node = back_.extract(back_.begin());
    offered.push_back(node.value());
    out_.insert(out_.end(), std::move(node));
    --most;
  }
  for (; most > 0 && fresh_ < known_; --most) offered.push_back(fresh_++);
}

void ItemCursor::withdraw(std::uint64_t most, std::vector<std::uint64_t>& withdrawn) {
  for (; most > 0 && fresh_ > high_; --most) withdrawn.push_back(--fresh_);
  while (most > 0 && !out_.empty()) {
    auto node = out_.extract(std::prev(out_.end()));
    withdrawn.push_back(node.value());
    back_.insert(std::move(node));
    --most;
  }
}

void ItemCursor::forget_offers() {
  fresh_ = high_;
  back_.merge(out_);
}

void ItemCursor::claim(std::uint64_t item) {
  CHECK(item <= fresh_ && item < total_);
  if (item < high_) {
    CHECK(out_.erase(item) + back_.erase(item) == 1);
    return;
  }
  for (std::uint64_t skipped = high_; skipped < item; ++skipped) out_.insert(out_.end(), skipped);
  high_ = item + 1;
  fresh_ = std::max(fresh_, high_);
}

void ItemCursor::put_back(std::uint64_t item) {
  CHECK(item < high_);
  back_.insert(item);
}

}  // namespace argosy::master
