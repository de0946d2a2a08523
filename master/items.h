// Which items of one task are ready: a million waiting items cost two numbers.
//
//   [0, high)      each item has been claimed once, or is a hole: kept in `back` (not offered) or `out` (offered)
//   [high, fresh)  never claimed, offered
//   [fresh, total) never claimed, not offered
//
// Items that are ready again (returned, retried) stand in `back` or `out` beside the holes.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace argosy::master {

enum class Readiness : std::uint8_t { not_ready, offered, not_offered };

class ItemCursor {
 public:
  explicit ItemCursor(std::uint64_t total = 0) : total_(total), known_(total) {}
  // As read back: [0, high) claimed once but for `holes`.
  ItemCursor(std::uint64_t total, std::uint64_t high, const std::vector<std::uint64_t>& holes);

  std::uint64_t total() const { return total_; }
  std::uint64_t high() const { return high_; }
  std::uint64_t fresh() const { return fresh_; }
  std::uint64_t ready() const { return closed_ ? 0 : back_.size() + out_.size() + (total_ - high_); }
  std::uint64_t offered() const { return out_.size() + (fresh_ - high_); }
  std::uint64_t offerable() const;
  bool closed() const { return closed_; }

  Readiness of(std::uint64_t item) const;

  // Up to `most` items leave for the broker: those that came back first, then fresh ones.
  void offer(std::uint64_t most, std::vector<std::uint64_t>& offered);
  // Up to `most` offered items come back from the broker, the last ones first.
  void withdraw(std::uint64_t most, std::vector<std::uint64_t>& withdrawn);
  // Nothing is offered any more: the connection is new.
  void forget_offers();

  // The item is claimed. Required: of(item) is not not_ready, item <= fresh.
  void claim(std::uint64_t item);
  // Ready again (or at last not claimed). Required: claimed before.
  void put_back(std::uint64_t item);
  // Nothing is ready any more; withdraw first.
  void close() { closed_ = true; }

  // Fresh items from here on wait for their values.
  void set_known(std::uint64_t end) { known_ = end < total_ ? end : total_; }
  std::uint64_t first_back() const { return back_.empty() ? total_ : *back_.begin(); }
  const std::set<std::uint64_t>& back() const { return back_; }
  const std::set<std::uint64_t>& out() const { return out_; }

 private:
  std::uint64_t total_ = 0;
  std::uint64_t high_ = 0;
  std::uint64_t fresh_ = 0;
  std::uint64_t known_ = 0;
  bool closed_ = false;
  std::set<std::uint64_t> back_;
  std::set<std::uint64_t> out_;
};

}  // namespace argosy::master
