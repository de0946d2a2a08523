// Brings offers and room together. After match() no offer fits any room that is open.
//
// It looks only at what changed since the last match: workers whose room grew against all classes, classes that were empty
// against all open rooms; so a message costs the fleet or the classes once, never their product. An offer goes first where
// it runs at once, on the least loaded worker; only then to wait somewhere. Ties go to whoever got something longest ago.
//
// Not done yet: when a worker idles and another has items of its classes waiting, those could be asked back (Return). The
// place for it is the end of match(), which knows both; the protocol needs a word to a worker for it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
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

  // A worker with its room. Required: the id is new.
  void add_worker(ConnectionId id, const std::string& name, const Hello& hello);
  void remove_worker(ConnectionId id);
  void set_prefetch(ConnectionId id, std::uint32_t prefetch, bool draining);
  bool free(ConnectionId id, const ItemRef& item);  // false: not held there

  // Whether match() might do something.
  bool wanted() const { return !grown_.empty() || !queue_.fresh().empty(); }
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
    std::uint64_t served = 0;
    Worker* worker = nullptr;
    bool operator<(const Rank& other) const;
  };

  Rank rank(Worker& worker) const;
  void open_or_close(Worker& worker);  // after its room changed
  bool may_take(Worker& worker, const OfferQueue::Lane& lane) const;
  void give(Worker& worker, OfferQueue::Lane& lane, std::vector<Match>& out);
  void fill_workers(Fit least, std::vector<Match>& out);
  void place_lanes(Fit least, std::vector<Match>& out);

  const Options& options_;
  OfferQueue& queue_;
  std::map<ConnectionId, std::unique_ptr<Worker>> workers_;
  std::set<Rank> open_;                // with room for anything at all
  std::set<ConnectionId> grown_;       // whose room grew since the last match
  std::uint64_t serves_ = 0;
};

}  // namespace argosy::broker
