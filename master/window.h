// Which ready items are published: a bounded window for each class, groups in turn.
//
// A class is what items reserve and who may take them. Within it each group (a batch of executions, or one execution) has at
// most its bound out. Groups of the highest priority come first; among equals they take turns. When a class is full and a
// group has nothing out, or is of higher priority than what is out, the tail of the fattest (or lowest) group is withdrawn.
// Sources are borrowed: leave() before they go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "master/items.h"
#include "schemas/words/offers.h"

namespace argosy::master {

// A task with items to offer.
struct OfferSource {
  ItemCursor items;
  ItemRef first;                  // its item 0
  std::uint32_t offer_class = 0;  // 0: takes no part
  std::int32_t priority = 0;
  std::uint64_t group = 0;
};

struct WindowBounds {
  std::size_t per_class = 4096;
  std::size_t per_group = 512;
  std::size_t classes = 1024;
};

class Window {
 public:
  // Into play, once refreshed: its class is that of all with equal needs. Required: it is in none.
  void join(OfferSource& source, const Resources& resources, const std::vector<std::string>& workers);

  // The source is in play, or has more to offer than before.
  void refresh(OfferSource& source);
  // Out of play: its offers are withdrawn.
  void leave(OfferSource& source);
  // An item of the source was claimed: forwarded to its cursor. Required: it is ready.
  void claim(OfferSource& source, std::uint64_t item);

  // Offers what there is room for, withdraws what must make room.
  void fill(const WindowBounds& bounds, Publish& publish, Withdraw& withdraw);
  // A new connection: nothing is offered, no class defined.
  void forget_offers();

  std::size_t offered() const { return offered_; }
  std::size_t classes() const { return classes_.size(); }
  bool idle() const { return hungry_classes_.empty() && left_.empty(); }

 private:
  struct Key {
    ExecutionId execution;
    TaskNo task;
    auto operator<=>(const Key&) const = default;
  };
  struct Group {
    std::map<Key, OfferSource*> hungry;  // with something to offer
    std::map<Key, OfferSource*> fed;     // with something offered
    std::size_t out = 0;
    bool queued = false;                 // stands in Class::turns
  };
  // Groups of one priority that want to offer: those with nothing out, and those that have some. They alternate.
  struct Turns {
    std::deque<std::uint64_t> fresh, again;
    bool flip = false;
    bool empty() const { return fresh.empty() && again.empty(); }
  };
  using GroupKey = std::pair<std::int32_t, std::uint64_t>;  // (-priority, group)
  struct Class {
    OfferClass what;
    std::size_t sources = 0;  // in play
    bool defined = false;
    std::map<GroupKey, Group> groups;
    std::map<std::int32_t, Turns> turns;  // by -priority
    std::set<std::tuple<std::int32_t, std::size_t, std::uint64_t>> fattest;  // (-priority, out, group) of groups with some out
    std::size_t out = 0;
  };

  void sweep_if_due();
  static Key key_of(const OfferSource& source) { return {source.first.execution, source.first.task}; }
  static void set_out(Class& in, GroupKey key, Group& group, std::size_t out);
  static void enqueue(Class& in, GroupKey key, Group& group);
  void settle(Class& in, GroupKey key, OfferSource& source);
  void fill_class(std::uint32_t id, Class& in, const WindowBounds& bounds, Publish& publish, Withdraw& withdraw);
  std::size_t offer_some(std::uint32_t id, Class& in, GroupKey key, std::size_t most, Publish& publish);
  std::deque<std::uint64_t>* next_turn(Class& in, std::int32_t rank, Turns& turns, const WindowBounds& bounds, Withdraw& withdraw);
  bool make_room(Class& in, GroupKey entrant, Withdraw& withdraw);
  void take_back(Class& in, GroupKey key, std::size_t most, Withdraw& withdraw);

  std::map<std::uint32_t, Class> classes_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> class_names_;
  std::uint32_t next_class_ = 1;  // no number is given twice: the broker may still know the former one
  std::size_t sweep_at_ = 1024;
  std::set<std::uint32_t> hungry_classes_;
  std::vector<ItemRef> left_;  // to be withdrawn
  std::vector<std::uint64_t> scratch_;
  std::vector<const OfferSource*> sources_;  // of the offers of this fill()
  std::size_t offered_ = 0;
  std::size_t classes_out_ = 0;
};

}  // namespace argosy::master
