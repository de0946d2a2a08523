// A worker's room: what it can reserve, what it holds of it, and how many items may wait there. protocol.md,
// "Offers" 2.
//
// The ledger only guesses which items run: those that fit, in the order in which they came. The worker
// decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <vector>

#include "base/ids.h"
#include "schemas/words/session.h"

namespace argosy::broker {

enum class Fit { never, not_now, waits, runs };

class Ledger {
 public:
  explicit Ledger(std::uint32_t items_most) : items_most_(items_most) {}

  // Replaces all: a Hello.
  void open(const Resources& capacity, std::uint32_t prefetch, bool draining,
            const std::vector<HeldItem>& held);
  void set_prefetch(std::uint32_t prefetch, bool draining);

  // Where an item of these resources would go. An item that fits beside those that run still waits behind
  // those that wait, so that small items never keep a large one from its turn.
  Fit fit(const Resources& resources) const;
  // Required: fit() is runs or waits, or the item is held already (it then changes nothing).
  void enter(const ItemRef& item, const Resources& resources);
  bool free(const ItemRef& item);  // false: not held
  bool holds(const ItemRef& item) const { return items_.contains(item); }

  // Whether any item at all could go here.
  bool has_room() const;
  const Resources& capacity() const { return capacity_; }
  std::size_t items() const { return items_.size(); }
  std::size_t waiting() const { return waiting_.size(); }
  bool draining() const { return draining_; }
  // How full: 0 … 1024 for the CPUs of what runs.
  std::uint32_t load() const;

  void audit() const;

 private:
  struct Held {
    std::uint32_t cpu_milli = 0;
    std::uint64_t memory_bytes = 0;
    bool runs = false;
    std::list<ItemRef>::iterator place;  // in waiting_, if it does not run
  };
  bool fits(std::uint32_t cpu_milli, std::uint64_t memory_bytes) const;
  void promote();

  std::uint32_t items_most_;
  Resources capacity_;
  std::uint32_t prefetch_ = 0;
  bool draining_ = false;
  std::uint64_t used_cpu_milli_ = 0;
  std::uint64_t used_memory_bytes_ = 0;
  std::map<ItemRef, Held> items_;
  std::list<ItemRef> waiting_;
};

}  // namespace argosy::broker
