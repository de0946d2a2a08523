// P9, everything is bounded: log bytes in flight, and offers out at a time, stay within their windows,
// those of each shard by themselves.
#include <map>
#include <tuple>
#include <utility>

#include "schemas/transcript.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P9 : public Witness {
 public:
  P9(catalog::Catalog& truth, std::vector<Report>& reports, const Bounds& bounds)
      : Witness("P9", truth, reports), bounds_(bounds) {}

  void said(const std::string& party, const Message& message) override {
    const Lane lane{party, message.envelope.reign.shard};
    if (const auto* word = std::get_if<Log>(&message.word)) sent_log(lane, *word);
    if (std::holds_alternative<Inventory>(message.word)) in_flight_.erase(lane);
    if (std::holds_alternative<Hello>(message.word)) forget(party);
    if (const auto* word = std::get_if<LogCredit>(&message.word)) {
      if (word->window_bytes > bounds_.log_window) report(party + " grants a window of " + std::to_string(word->window_bytes));
    }
    if (const auto* word = std::get_if<Publish>(&message.word)) published(party, lane.second, *word);
    if (const auto* word = std::get_if<Withdraw>(&message.word)) {
      for (const ItemRef& item : word->items) offers_[party].erase(item);
    }
    if (std::holds_alternative<Holding>(message.word)) offers_.erase(party);
    if (std::holds_alternative<Hello>(message.word)) connections_.erase(party);
  }

  void heard(const std::string& by, const Message& message) override {
    if (const auto* word = std::get_if<Welcome>(&message.word)) connections_[by] = word->connection;
    const auto connection = connections_.find(by);
    const bool current = connection != connections_.end() && connection->second == message.envelope.to.connection;
    if (const auto* word = std::get_if<LogCredit>(&message.word); word != nullptr && current) windows_[{by, message.envelope.reign.shard}] = word->window_bytes;
    if (const auto* word = std::get_if<Recorded>(&message.word)) recorded({by, message.envelope.reign.shard}, *word);
    if (const auto* word = std::get_if<Claim>(&message.word)) {
      for (const ItemClaim& claim : word->claims) offers_[by].erase(claim.item);
    }
    if (std::holds_alternative<Welcome>(message.word)) offers_.erase(by);
    // The broker held its own bound: it says so, and all is published again.
    const auto* refused = std::get_if<Refused>(&message.word);
    if (refused != nullptr && refused->refused_word == Publish::word) offers_.erase(by);
  }

  void process_ended(const std::string& party) override {
    forget(party);
    std::erase_if(windows_, [&](const auto& entry) { return entry.first.first == party; });
    connections_.erase(party);
  }

 private:
  using Lane = std::pair<std::string, ShardId>;  // a party, and a shard that it speaks of

  void forget(const std::string& party) {
    std::erase_if(in_flight_, [&](const auto& entry) { return entry.first.first == party; });
    offers_.erase(party);
  }

  // One chunk may always be in flight, so that none is too large for its window.
  void sent_log(const Lane& lane, const Log& word) {
    auto& flying = in_flight_[lane];
    for (const LogChunk& chunk : word.chunks) flying[{chunk.attempt, chunk.offset}] = chunk;
    std::uint64_t bytes = 0;
    for (const auto& [place, chunk] : flying) bytes += chunk.data.size();
    const auto window = windows_.find(lane);
    const std::uint64_t most = window == windows_.end() ? 8u << 20 : window->second;
    if (flying.size() > 1 && bytes > most) {
      report(lane.first + " has " + std::to_string(bytes) + " log bytes in flight, its window is " + std::to_string(most));
    }
  }

  void recorded(const Lane& lane, const Recorded& word) {
    std::map<AttemptRef, std::uint64_t> upto;
    for (const LogOffset& log : word.logs) upto[log.attempt] = log.offset;
    for (const AttemptRef& attempt : word.ends) upto[attempt] = ~std::uint64_t{0};
    std::erase_if(in_flight_[lane], [&](const auto& entry) {
      const auto it = upto.find(entry.first.first);
      return it != upto.end() && entry.first.second + entry.second.length <= it->second;
    });
  }

  // Twice its window: items whose Claim is on its way, or waits for its worker, may be offered again meanwhile. The broker
  // holds the window itself; its audit() checks that.
  void published(const std::string& party, ShardId shard, const Publish& word) {
    auto& out = offers_[party];
    for (const Offer& offer : word.offers) out[offer.item] = {shard, offer};
    std::map<std::pair<ShardId, std::uint32_t>, std::uint64_t> by_class;
    std::map<std::tuple<ShardId, std::uint32_t, std::int32_t, std::uint64_t>, std::uint64_t> by_group;  // within a priority
    for (const auto& [item, entry] : out) {
      const auto& [of, offer] = entry;
      const std::uint64_t in_class = ++by_class[{of, offer.offer_class}];
      const std::uint64_t in_group = ++by_group[{of, offer.offer_class, offer.priority, offer.group}];
      if (in_class <= 2 * bounds_.offers_per_class && in_group <= 2 * bounds_.offers_per_group) continue;
      return report(party + " has more offers out than its window holds: " + std::to_string(in_class) + " of a class, " +
                    std::to_string(in_group) + " of a group");
    }
  }

  Bounds bounds_;
  std::map<Lane, std::map<std::pair<AttemptRef, std::uint64_t>, LogChunk>> in_flight_;
  std::map<Lane, std::uint64_t> windows_;
  std::map<std::string, ConnectionId> connections_;
  std::map<std::string, std::map<ItemRef, std::pair<ShardId, Offer>>> offers_;
};

}  // namespace

std::unique_ptr<Witness> witness_p9(catalog::Catalog& truth, std::vector<Report>& reports, const Bounds& bounds) {
  return std::make_unique<P9>(truth, reports, bounds);
}

}  // namespace argosy::sim
