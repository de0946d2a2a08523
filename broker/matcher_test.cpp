// Random life of queue, ledgers and matcher: the rooms agree, and after a match no offer is left that fits
// open room.
#include "broker/matcher.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.h"

namespace argosy::broker {
namespace {

struct World {
  explicit World(std::uint64_t seed) : rng(seed), queue(options), matcher(options, queue) {}

  Options options = [] {
    Options small;
    small.max_offers = 200;
    small.offers_per_class = 50;
    small.offers_per_group = 20;
    small.max_classes = 12;
    small.items_per_worker = 10;
    return small;
  }();
  Rng rng;
  OfferQueue queue;
  Matcher matcher;
  std::map<ConnectionId, std::string> workers;
  std::map<ConnectionId, std::vector<ItemRef>> held;
  std::map<ClassKey, OfferClass> classes;
  std::uint64_t connections = 0;
  std::uint64_t items = 0;

  Resources draw_resources(std::uint32_t most) {
    Resources resources{static_cast<std::uint32_t>(rng.between(1, most)) * 500, rng.below(3), {}};
    if (rng.chance(1, 3)) resources.tags.push_back("a");
    if (rng.chance(1, 5)) resources.tags.push_back("b");
    return resources;
  }

  void come() {
    const ConnectionId id{++connections};
    const std::string name = "w" + std::to_string(rng.below(8));
    for (const auto& [other, other_name] : workers) {
      if (other_name == name) return;
    }
    Hello hello;
    hello.capacity = draw_resources(8);
    hello.prefetch = static_cast<std::uint32_t>(rng.below(3));
    hello.draining = rng.chance(1, 6);
    matcher.add_worker(id, name, hello);
    workers[id] = name;
  }

  void go() {
    if (workers.empty()) return;
    const auto worker = std::next(workers.begin(), static_cast<std::ptrdiff_t>(rng.below(workers.size())));
    matcher.remove_worker(worker->first);
    held.erase(worker->first);
    workers.erase(worker);
  }

  void publish() {
    const ShardId shard{static_cast<std::uint32_t>(rng.below(2))};
    OfferClass offer_class{static_cast<std::uint32_t>(rng.below(10)), draw_resources(6), {}};
    if (rng.chance(1, 4)) offer_class.workers = {"w1", "w3"};
    if (queue.define(shard, offer_class) == QueueRefusal::none)
      classes[{shard, offer_class.id}] = offer_class;
    for (std::uint64_t i = rng.below(6); i > 0; --i) {
      queue.add(shard, {{{1}, {0}, {items++}},
                        offer_class.id,
                        static_cast<std::int32_t>(rng.between(-1, 1)),
                        rng.below(3)});
    }
  }

  void free_one() {
    if (held.empty()) return;
    auto& [id, list] = *std::next(held.begin(), static_cast<std::ptrdiff_t>(rng.below(held.size())));
    if (list.empty()) return;
    EXPECT_TRUE(matcher.free(id, list.back()));
    list.pop_back();
  }

  void turn() {
    switch (rng.below(8)) {
      case 0:
        come();
        break;
      case 1:
        if (rng.chance(1, 4)) go();
        break;
      case 2:
      case 3:
        publish();
        break;
      case 4:
        queue.withdraw({0}, {{1}, {0}, {rng.below(items + 1)}});
        break;
      case 5:
        if (rng.chance(1, 10)) queue.drop_shard({1});
        break;
      default:
        free_one();
        free_one();
        break;
    }
  }

  bool may_take(ConnectionId worker, const OfferClass& offer_class) const {
    const auto& names = offer_class.workers;
    if (!names.empty() && std::find(names.begin(), names.end(), workers.at(worker)) == names.end())
      return false;
    const auto& tags = matcher.ledger(worker).capacity().tags;
    return std::includes(tags.begin(), tags.end(), offer_class.resources.tags.begin(),
                         offer_class.resources.tags.end());
  }

  void expect_nothing_left() const {
    for (const OfferQueue::Turn& turn : queue.turns()) {
      const OfferClass& offer_class = classes.at(turn.lane->key);
      for (const auto& [id, name] : workers) {
        const Fit fit = matcher.ledger(id).fit(offer_class.resources);
        EXPECT_FALSE(fit >= Fit::waits && may_take(id, offer_class)) << name;
      }
    }
  }
};

class Lives : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Lives, LeaveNoOfferBesideRoomForIt) {
  World world(GetParam());
  for (int i = 0; i < 1500; ++i) {
    world.turn();
    std::vector<Match> matches;
    if (world.matcher.wanted()) world.matcher.match(matches);
    for (const Match& match : matches) {
      EXPECT_TRUE(world.matcher.ledger(match.worker).holds(match.item));
      world.held[match.worker].push_back(match.item);
    }
    world.queue.audit();
    world.matcher.audit();
    world.expect_nothing_left();
    if (testing::Test::HasFailure()) FAIL() << "seed " << GetParam() << " turn " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Matcher, Lives, testing::Range<std::uint64_t>(1, 21));

TEST(Queue, KeepsItsTurnsAcrossPriorities) {
  Options options;
  OfferQueue queue(options);
  ASSERT_EQ(queue.define({0}, {1, {}, {}}), QueueRefusal::none);
  const auto add = [&](std::uint64_t item, std::int32_t priority, std::uint64_t group) {
    ASSERT_EQ(queue.add({0}, {{{1}, {0}, {item}}, 1, priority, group}), QueueRefusal::none);
  };
  add(1, 0, 1), add(2, 0, 1), add(3, 0, 2), add(4, 7, 3), add(5, 0, 2);
  std::vector<std::uint64_t> taken;
  while (queue.size() > 0) taken.push_back(queue.take(*queue.turns().begin()->lane).item.item.value);
  EXPECT_EQ(taken, (std::vector<std::uint64_t>{4, 1, 3, 2, 5}));
}

}  // namespace
}  // namespace argosy::broker
