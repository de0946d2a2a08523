#include "broker/matcher.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace argosy::broker {

namespace {
// Remembers for some classes whether a worker may take them: tags and names are compared once. By serial of
// the lane.
constexpr std::size_t kVerdicts = 1024;
}  // namespace

struct Matcher::Worker {
  ConnectionId id;
  std::string name;
  Ledger ledger;
  std::uint64_t served = 0;
  std::optional<Rank> listed;
  std::vector<std::uint32_t> verdicts;  // serial * 2 + may take; 0: none

  Worker(ConnectionId worker_id, std::string worker_name, std::uint32_t items_most)
      : id(worker_id), name(std::move(worker_name)), ledger(items_most) {}
};

Matcher::Matcher(const Options& options, OfferQueue& queue) : options_(options), queue_(queue) {}
Matcher::~Matcher() = default;

bool Matcher::Rank::operator<(const Rank& other) const {
  if (waiting != other.waiting) return waiting < other.waiting;
  if (load != other.load) return load < other.load;
  if (served != other.served) return served < other.served;
  return worker->id < other.worker->id;
}

Matcher::Rank Matcher::rank_of(Worker& worker) {
  return {worker.ledger.waiting(), worker.ledger.load(), worker.served, &worker};
}

void Matcher::list(Worker& worker) {
  if (!worker.ledger.has_room()) return;
  worker.listed = rank_of(worker);
  open_.insert(*worker.listed);
}

void Matcher::unlist(Worker& worker) {
  if (!worker.listed) return;
  open_.erase(*worker.listed);
  worker.listed.reset();
}

void Matcher::add_worker(ConnectionId id, const std::string& name, const Hello& hello) {
  auto [place, is_new] =
      workers_.try_emplace(id, std::make_unique<Worker>(id, name, options_.items_per_worker));
  CHECK(is_new);
  Worker& worker = *place->second;
  CHECK(names_.emplace(name, &worker).second);
  worker.ledger.open(hello.capacity, hello.prefetch, hello.draining, hello.held);
  list(worker);
  grown_.insert(id);
}

void Matcher::remove_worker(ConnectionId id) {
  const auto place = workers_.find(id);
  CHECK(place != workers_.end());
  unlist(*place->second);
  grown_.erase(id);
  names_.erase(place->second->name);
  workers_.erase(place);
}

void Matcher::set_prefetch(ConnectionId id, std::uint32_t prefetch, bool draining) {
  Worker& worker = *workers_.at(id);
  unlist(worker);
  worker.ledger.set_prefetch(prefetch, draining);
  list(worker);
  grown_.insert(id);
}

bool Matcher::free(ConnectionId id, const ItemRef& item) {
  Worker& worker = *workers_.at(id);
  unlist(worker);
  const bool was_held = worker.ledger.free(item);
  list(worker);
  if (was_held) grown_.insert(id);
  return was_held;
}

void Matcher::give_tags(std::map<std::string, std::vector<std::string>> by_name) {
  if (by_name == given_tags_) return;
  given_tags_ = std::move(by_name);
  for (auto& [id, worker] : workers_) {
    worker->verdicts.clear();
    grown_.insert(id);
  }
}

bool Matcher::has_tag(const Worker& worker, const std::string& tag) const {
  const std::vector<std::string>& own = worker.ledger.capacity().tags;
  if (std::binary_search(own.begin(), own.end(), tag)) return true;
  const auto given = given_tags_.find(worker.name);
  return given != given_tags_.end() && std::find(given->second.begin(), given->second.end(), tag) != given->second.end();
}

bool Matcher::may_take(Worker& worker, const Lane& lane) const {
  if (worker.verdicts.empty()) worker.verdicts.resize(kVerdicts);
  std::uint32_t& verdict = worker.verdicts[lane.serial % kVerdicts];
  if (verdict >> 1 == lane.serial) return (verdict & 1) != 0;

  const std::vector<std::string>& names = lane.offer_class.workers;
  const bool named = names.empty() || std::find(names.begin(), names.end(), worker.name) != names.end();
  const auto has = [&](const std::string& tag) { return has_tag(worker, tag); };
  const std::vector<std::string>& needed = lane.offer_class.resources.tags;
  const bool may = named && std::all_of(needed.begin(), needed.end(), has);
  verdict = lane.serial << 1 | (may ? 1 : 0);
  return may;
}

// The lane whose turn it is among those that the worker may take and has room for.
Matcher::Lane* Matcher::lane_for(Worker& worker, Fit least) const {
  for (const OfferQueue::Turn& turn : queue_.turns()) {
    if (worker.ledger.fit(turn.lane->offer_class.resources) >= least && may_take(worker, *turn.lane))
      return turn.lane;
  }
  return nullptr;
}

// The least loaded worker that may take the lane's offers and has room.
Matcher::Worker* Matcher::worker_for(const Lane& lane, Fit least) const {
  if (!lane.offer_class.workers.empty()) return named_worker_for(lane, least);
  for (const Rank& rank : open_) {
    // From here on all are full: an offer could only wait there.
    if (least == Fit::runs && (rank.waiting > 0 || rank.load >= 1024)) return nullptr;
    if (rank.worker->ledger.fit(lane.offer_class.resources) >= least && may_take(*rank.worker, lane))
      return rank.worker;
  }
  return nullptr;
}

Matcher::Worker* Matcher::named_worker_for(const Lane& lane, Fit least) const {
  Worker* best = nullptr;
  for (const std::string& name : lane.offer_class.workers) {
    const auto found = names_.find(name);
    if (found == names_.end() || !found->second->listed) continue;
    Worker& worker = *found->second;
    if (worker.ledger.fit(lane.offer_class.resources) < least || !may_take(worker, lane)) continue;
    if (best == nullptr || *worker.listed < *best->listed) best = &worker;
  }
  return best;
}

void Matcher::give(Worker& worker, Lane& lane, std::vector<Match>& out) {
  unlist(worker);
  const ShardId shard = lane.key.shard;
  const Offer offer = queue_.take(lane);
  worker.ledger.enter(offer.item, lane.offer_class.resources);
  worker.served = ++serves_;
  list(worker);
  out.push_back({shard, offer.item, worker.id});
}

void Matcher::fill_workers(Fit least, std::vector<Match>& out) {
  std::set<Rank> grown;
  for (const ConnectionId id : grown_) {
    if (Worker& worker = *workers_.at(id); worker.listed) grown.insert(*worker.listed);
  }
  while (!grown.empty() && queue_.size() > 0) {
    Worker& worker = *grown.begin()->worker;
    grown.erase(grown.begin());
    Lane* lane = lane_for(worker, least);
    if (lane == nullptr) continue;
    give(worker, *lane, out);
    if (worker.listed) grown.insert(*worker.listed);
  }
}

void Matcher::place_lanes(Fit least, std::vector<Match>& out) {
  std::set<OfferQueue::Turn> fresh;
  for (const ClassKey& key : queue_.fresh()) fresh.insert(OfferQueue::turn_of(*queue_.find(key)));
  while (!fresh.empty() && !open_.empty()) {
    OfferQueue::Lane& lane = *fresh.begin()->lane;
    fresh.erase(fresh.begin());
    Worker* worker = worker_for(lane, least);
    if (worker == nullptr) continue;
    give(*worker, lane, out);
    if (lane.size > 0) fresh.insert(OfferQueue::turn_of(lane));
  }
}

void Matcher::match(std::vector<Match>& out) {
  for (const Fit least : {Fit::runs, Fit::waits}) {
    fill_workers(least, out);
    place_lanes(least, out);
  }
  grown_.clear();
  queue_.clear_fresh();
}

const Ledger& Matcher::ledger(ConnectionId id) const {
  const auto found = workers_.find(id);
  CHECK(found != workers_.end());
  return found->second->ledger;
}

void Matcher::audit() const {
  CHECK(names_.size() == workers_.size());
  std::size_t open = 0;
  for (const auto& [id, worker] : workers_) {
    worker->ledger.audit();
    CHECK(worker->listed.has_value() == worker->ledger.has_room());
    CHECK(!worker->listed || open_.contains(rank_of(*worker)));
    open += worker->listed ? 1 : 0;
  }
  CHECK(open == open_.size());
  for (const ConnectionId id : grown_) CHECK(workers_.contains(id));
}

}  // namespace argosy::broker
