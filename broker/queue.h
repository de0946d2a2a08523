// The queue of offers: bounded, by class; within a class by priority, then groups in turn, then first come first served.
//
// A class is known by shard and number. Offers of one shard come from its holder only, so a shard's offers go together.
// Taking, adding and withdrawing cost the logarithm of what is queued. One thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "broker/options.h"
#include "schemas/words/offers.h"

namespace argosy::broker {

struct ClassKey {
  ShardId shard;
  std::uint32_t id = 0;

  constexpr auto operator<=>(const ClassKey&) const = default;
};

// Why an offer or class was not taken in.
enum class QueueRefusal { none, unknown_class, class_differs, classes_full, class_full, group_full, offers_full, names_too_many };
std::string_view to_text(QueueRefusal refusal);

class OfferQueue {
 public:
  class Lane;  // the offers of one class

  explicit OfferQueue(const Options& options);
  ~OfferQueue();
  OfferQueue(const OfferQueue&) = delete;
  OfferQueue& operator=(const OfferQueue&) = delete;

  // Defining a class again as it was changes nothing; while it has no offers, it may become another.
  QueueRefusal define(ShardId shard, const OfferClass& offer_class);
  // An item that is queued already changes nothing.
  QueueRefusal add(ShardId shard, const Offer& offer);
  bool withdraw(ShardId shard, const ItemRef& item);
  // Forgets all offers and classes of the shard. How many offers there were.
  std::size_t drop_shard(ShardId shard);

  std::size_t size() const { return places_.size(); }
  std::size_t classes() const { return lanes_.size(); }

  // Lanes with offers: highest priority first, of one priority the one whose turn was longest ago.
  struct Turn {
    std::int32_t priority = 0;
    std::uint64_t served = 0;
    Lane* lane = nullptr;
    bool operator<(const Turn& other) const;
  };
  const std::set<Turn>& turns() const { return turns_; }
  // Lanes that had none and have offers since the last clear_fresh().
  const std::set<ClassKey>& fresh() const { return fresh_; }
  void clear_fresh() { fresh_.clear(); }
  Lane* find(const ClassKey& key);

  // Takes the lane's next offer. Required: it has one.
  Offer take(Lane& lane);

  void audit() const;

 private:
  struct Group;
  struct Place;

  void erase(std::map<ItemRef, Place>::iterator place);
  void reorder(Lane& lane);
  bool make_room_for_class();

  const Options& options_;
  std::map<ClassKey, std::unique_ptr<Lane>> lanes_;
  std::map<ItemRef, Place> places_;
  std::set<Turn> turns_;
  std::set<ClassKey> fresh_;
  std::uint64_t serves_ = 0;
  std::uint32_t next_slot_ = 0;
};

}  // namespace argosy::broker
