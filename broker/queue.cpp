#include "broker/queue.h"

#include "base/check.h"

namespace argosy::broker {

std::string_view to_text(QueueRefusal refusal) {
  switch (refusal) {
    case QueueRefusal::none:
      return "taken in";
    case QueueRefusal::unknown_class:
      return "an offer names a class that was not defined on this connection";
    case QueueRefusal::class_differs:
      return "a class was defined anew while offers of it are queued";
    case QueueRefusal::classes_full:
      return "max_classes";
    case QueueRefusal::class_full:
      return "offers_per_class";
    case QueueRefusal::group_full:
      return "offers_per_group";
    case QueueRefusal::offers_full:
      return "max_offers";
    case QueueRefusal::names_too_many:
      return "workers_per_class";
  }
  return "?";
}

OfferQueue::OfferQueue(const Options& options) : options_(options) {}
OfferQueue::~OfferQueue() = default;

bool OfferQueue::Turn::operator<(const Turn& other) const {
  if (priority != other.priority) return priority > other.priority;
  if (served != other.served) return served < other.served;
  return lane->key < other.lane->key;
}

OfferQueue::Turn OfferQueue::turn_of(Lane& lane) {
  return {lane.levels.begin()->first, lane.served, &lane};
}

OfferQueue::Lane* OfferQueue::find(const ClassKey& key) {
  const auto found = lanes_.find(key);
  return found == lanes_.end() ? nullptr : found->second.get();
}

QueueRefusal OfferQueue::define(ShardId shard, const OfferClass& offer_class) {
  if (offer_class.workers.size() > options_.workers_per_class) return QueueRefusal::names_too_many;
  const ClassKey key{shard, offer_class.id};
  Lane* lane = find(key);
  if (lane == nullptr) {
    if (!make_room_for_lane()) return QueueRefusal::classes_full;
    lane = (lanes_[key] = std::make_unique<Lane>()).get();
    lane->key = key;
    rest(*lane);
  } else if (lane->offer_class == offer_class) {
    return QueueRefusal::none;
  } else if (lane->size > 0) {
    return QueueRefusal::class_differs;
  }
  lane->offer_class = offer_class;
  lane->serial = ++serials_;
  return QueueRefusal::none;
}

bool OfferQueue::make_room_for_lane() {
  if (lanes_.size() < options_.max_classes) return true;
  if (resting_.empty()) return false;
  const ClassKey longest = resting_.begin()->second;
  resting_.erase(resting_.begin());
  lanes_.erase(longest);
  return true;
}

void OfferQueue::rest(Lane& lane) {
  lane.served = ++serves_;
  resting_.insert({lane.served, lane.key});
  fresh_.erase(lane.key);
}

void OfferQueue::wake(Lane& lane) {
  resting_.erase({lane.served, lane.key});
  fresh_.insert(lane.key);
}

QueueRefusal OfferQueue::refuse(const Lane& lane, const Offer& offer) const {
  if (places_.size() >= options_.max_offers) return QueueRefusal::offers_full;
  if (lane.size >= options_.offers_per_class) return QueueRefusal::class_full;
  const auto level = lane.levels.find(offer.priority);
  if (level == lane.levels.end()) return QueueRefusal::none;
  const auto group = level->second.groups.find(offer.group);
  const bool full =
      group != level->second.groups.end() && group->second.items.size() >= options_.offers_per_group;
  return full ? QueueRefusal::group_full : QueueRefusal::none;
}

QueueRefusal OfferQueue::add(ShardId shard, const Offer& offer) {
  Lane* lane = find({shard, offer.offer_class});
  if (lane == nullptr) return QueueRefusal::unknown_class;
  if (places_.contains(offer.item)) return QueueRefusal::none;
  if (const QueueRefusal refusal = refuse(*lane, offer); refusal != QueueRefusal::none) return refusal;

  if (lane->size == 0) {
    wake(*lane);
  } else {
    turns_.erase(turn_of(*lane));
  }
  Level& level = lane->levels[offer.priority];
  auto [group, is_new] = level.groups.try_emplace(offer.group);
  if (is_new) group->second.turn = level.ring.insert(level.ring.end(), offer.group);
  const auto item = group->second.items.insert(group->second.items.end(), offer.item);
  places_.emplace(offer.item, Place{lane, offer.priority, offer.group, item});
  ++lane->size;
  turns_.insert(turn_of(*lane));
  return QueueRefusal::none;
}

// Takes an offer out of its lane; the caller has taken the lane out of turns_, and puts it back.
void OfferQueue::remove(Places::iterator place) {
  const auto [lane, priority, group_id, item] = place->second;
  const auto level = lane->levels.find(priority);
  const auto group = level->second.groups.find(group_id);
  group->second.items.erase(item);
  if (group->second.items.empty()) {
    level->second.ring.erase(group->second.turn);
    level->second.groups.erase(group);
    if (level->second.groups.empty()) lane->levels.erase(level);
  }
  --lane->size;
  places_.erase(place);
}

Offer OfferQueue::take(Lane& lane) {
  CHECK(lane.size > 0);
  turns_.erase(turn_of(lane));
  const auto& [priority, level] = *lane.levels.begin();
  const std::uint64_t group_id = level.ring.front();
  const Group& group = level.groups.at(group_id);
  Offer offer{group.items.front(), lane.key.id, priority, group_id};

  std::list<std::uint64_t>& ring = lane.levels.begin()->second.ring;
  ring.splice(ring.end(), ring, ring.begin());
  remove(places_.find(offer.item));
  lane.served = ++serves_;
  if (lane.size > 0) {
    turns_.insert(turn_of(lane));
  } else {
    rest(lane);
  }
  return offer;
}

bool OfferQueue::withdraw(ShardId shard, const ItemRef& item) {
  const auto place = places_.find(item);
  if (place == places_.end() || place->second.lane->key.shard != shard) return false;
  Lane& lane = *place->second.lane;
  turns_.erase(turn_of(lane));
  remove(place);
  if (lane.size > 0) {
    turns_.insert(turn_of(lane));
  } else {
    rest(lane);
  }
  return true;
}

std::size_t OfferQueue::drop_shard(ShardId shard) {
  std::size_t dropped = 0;
  auto lane = lanes_.lower_bound({shard, 0});
  while (lane != lanes_.end() && lane->first.shard == shard) {
    Lane& each = *lane->second;
    if (each.size > 0) turns_.erase(turn_of(each));
    resting_.erase({each.served, each.key});
    fresh_.erase(each.key);
    dropped += each.size;
    for (const auto& [priority, level] : each.levels) {
      for (const auto& [id, group] : level.groups) {
        for (const ItemRef& item : group.items) places_.erase(item);
      }
    }
    lane = lanes_.erase(lane);
  }
  return dropped;
}

void OfferQueue::audit() const {
  std::size_t offers = 0;
  std::size_t busy = 0;
  for (const auto& [key, lane] : lanes_) {
    std::size_t in_lane = 0;
    for (const auto& [priority, level] : lane->levels) {
      CHECK(!level.groups.empty() && level.groups.size() == level.ring.size());
      for (const auto& [id, group] : level.groups) {
        CHECK(!group.items.empty() && group.items.size() <= options_.offers_per_group);
        in_lane += group.items.size();
      }
    }
    CHECK(in_lane == lane->size && in_lane <= options_.offers_per_class);
    CHECK(in_lane == 0 || turns_.contains(turn_of(*lane)));
    CHECK((in_lane == 0) == resting_.contains({lane->served, key}));
    offers += in_lane;
    busy += in_lane > 0 ? 1 : 0;
  }
  CHECK(offers == places_.size() && offers <= options_.max_offers);
  CHECK(busy == turns_.size() && lanes_.size() == busy + resting_.size());
  for (const ClassKey& key : fresh_) CHECK(lanes_.contains(key) && lanes_.at(key)->size > 0);
}

}  // namespace argosy::broker
