// Brings offers and room together. After match() no offer fits any room that is open.
//
// It looks only at what changed since the last match: workers whose room grew against all classes, classes
// that were empty against all open rooms; so a message costs the fleet or the classes once, never their
// product. An offer goes first where it runs at once, on the least loaded worker; only then to wait
// somewhere. Ties go to whoever got something longest ago.
//
// Not done yet: when a worker idles and another has items of its classes waiting, those could be asked back
// (Return). The place for it is the end of match(), which knows both; the protocol needs a word to a worker
// for it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "broker/ledger.h"
#include "broker/queue.h"

namespace argosy::broker {

struct Match {
  ShardId shard;
  ItemRef item;
  ConnectionId worker;
};

class Matcher {
 public:
  Matcher(const Options& options, OfferQueue& queue);
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // A worker with its room. Required: id and name are new.
  void add_worker(ConnectionId id, const std::string& name, const Hello& hello);
  void remove_worker(ConnectionId id);
  void set_prefetch(ConnectionId id, std::uint32_t prefetch, bool draining);
  // Tags that operators gave to workers, by name, besides those that the workers say. Absolute.
  void give_tags(std::map<std::string, std::vector<std::string>> by_name);
  bool free(ConnectionId id, const ItemRef& item);  // false: not held there

  // Whether match() might do something.
  bool wanted() const {
    return (!grown_.empty() && queue_.size() > 0) || (!queue_.fresh().empty() && !open_.empty());
  }
  void match(std::vector<Match>& out);

  const Ledger& ledger(ConnectionId id) const;
  std::size_t workers() const { return workers_.size(); }
  void audit() const;

 private:
  struct Worker;
  // Least loaded first.
  struct Rank {
    std::size_t waiting = 0;
    std::uint32_t load = 0;
    std::uint64_t served = 0;  // when it last got something
    Worker* worker = nullptr;
    bool operator<(const Rank& other) const;  // total: the connection decides last
  };
  using Lane = OfferQueue::Lane;

  static Rank rank_of(Worker& worker);
  void list(Worker& worker);    // after its room changed: into open_ if it has any
  void unlist(Worker& worker);  // before its room changes
  bool has_tag(const Worker& worker, const std::string& tag) const;
  bool may_take(Worker& worker, const Lane& lane) const;
  Lane* lane_for(Worker& worker, Fit least) const;
  Worker* worker_for(const Lane& lane, Fit least) const;
  Worker* named_worker_for(const Lane& lane, Fit least) const;
  void give(Worker& worker, Lane& lane, std::vector<Match>& out);
  void fill_workers(Fit least, std::vector<Match>& out);
  void place_lanes(Fit least, std::vector<Match>& out);

  const Options& options_;
  OfferQueue& queue_;
  std::map<ConnectionId, std::unique_ptr<Worker>> workers_;
  std::map<std::string, Worker*> names_;
  std::set<Rank> open_;           // with room for anything at all
  std::set<ConnectionId> grown_;  // whose room grew since the last match
  std::map<std::string, std::vector<std::string>> given_tags_;
  std::uint64_t serves_ = 0;
};

}  // namespace argosy::broker
