// The queue of offers: bounded, by class; within a class by priority, then groups in turn, then first come
// first served.
//
// A class is known by shard and number. Offers of one shard come from its holder only, so a shard's offers go
// together. Taking, adding and withdrawing cost the logarithm of what is queued. One thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

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
enum class QueueRefusal {
  none,
  unknown_class,
  class_differs,
  classes_full,
  class_full,
  group_full,
  offers_full,
  names_too_many
};
std::string_view to_text(QueueRefusal refusal);

class OfferQueue {
 public:
  struct Group;
  struct Level;

  // The offers of one class.
  struct Lane {
    ClassKey key;
    OfferClass offer_class;
    std::uint32_t serial = 0;  // of this definition, from 1; never used again
    std::uint64_t served = 0;  // when it last had a turn or, while empty, became so
    std::size_t size = 0;
    std::map<std::int32_t, Level, std::greater<>> levels;  // by priority; none is empty
  };
  // The offers of one priority: `ring` says whose turn is next.
  struct Level {
    std::map<std::uint64_t, Group> groups;
    std::list<std::uint64_t> ring;
  };
  struct Group {
    std::list<ItemRef> items;
    std::list<std::uint64_t>::iterator turn;
  };

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
    bool operator<(const Turn& other) const;  // total: the key decides last
  };
  const std::set<Turn>& turns() const { return turns_; }
  static Turn turn_of(Lane& lane);  // required: it has offers
  // Lanes that had none and have offers since the last clear_fresh().
  const std::set<ClassKey>& fresh() const { return fresh_; }
  void clear_fresh() { fresh_.clear(); }
  Lane* find(const ClassKey& key);

  // Takes the lane's next offer. Required: it has one.
  Offer take(Lane& lane);

  void audit() const;

 private:
  struct Place {
    Lane* lane;
    std::int32_t priority;
    std::uint64_t group;
    std::list<ItemRef>::iterator item;
  };
  using Places = std::map<ItemRef, Place>;

  QueueRefusal refuse(const Lane& lane, const Offer& offer) const;
  void remove(Places::iterator place);
  bool make_room_for_lane();
  void rest(Lane& lane);  // it has no offers (any more)
  void wake(Lane& lane);  // it has offers (again)

  const Options& options_;
  std::map<ClassKey, std::unique_ptr<Lane>> lanes_;
  Places places_;
  std::set<Turn> turns_;                                  // of lanes with offers
  std::set<std::pair<std::uint64_t, ClassKey>> resting_;  // lanes without, longest first
  std::set<ClassKey> fresh_;
  std::uint64_t serves_ = 0;
  std::uint32_t serials_ = 0;
};

}  // namespace argosy::broker
