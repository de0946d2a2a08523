#include "master/share.h"

#include <algorithm>

#include "master/batches.h"

namespace argosy::master {
namespace {

constexpr Duration between_gifts = seconds(10);    // the other one takes it meanwhile, and is seen to hold it
constexpr Duration after_taking = seconds(15);     // of one that died: it is listed as alive for ten seconds
constexpr Duration after_return = seconds(3600);   // nobody took it: whoever is listed cannot, or will not

// As many as each master may have without being asked to give: nobody has less than one fewer when all keep to it.
std::size_t fair_part(std::size_t shards, std::size_t masters) { return (shards + masters - 1) / masters; }

}  // namespace

void on_masters_news(Step& step, const MastersNews& news) {
  State& state = step.state;
  Sharing& sharing = state.sharing;
  if (sharing.given) {  // taken: what becomes of it from now on is another story
    const auto holder = state.link.holders.find(*sharing.given);
    if (holder != state.link.holders.end() && !holder->second.master.empty() && holder->second.master != state.self.name) {
      sharing.given.reset();
    }
  }
  const bool settled = state.link.welcome && state.link.vacant.empty() && state.link.taking.empty() && !state.shutting_down;
  const bool surplus = settled && !news.alive.empty() &&
                       state.shards.size() > fair_part(state.self.shards.size(), news.alive.size());
  sharing.seen = surplus ? sharing.seen + 1 : 0;
  if (sharing.seen < 2 || step.now.steady < sharing.not_before) return;  // twice: masters come and go
  sharing.seen = 0;
  sharing.not_before = step.now.steady + between_gifts;
  sharing.given = state.shards.rbegin()->first;
  // As if its term had been fenced, only earlier: what is not committed is said again to whoever takes it.
  lose_shard(step, *sharing.given, "given back: another master holds less");
}

void on_shard_taken(Step& step, ShardId shard) {
  Sharing& sharing = step.state.sharing;
  const bool back = sharing.given == shard;
  if (back) sharing.given.reset();
  sharing.seen = 0;
  sharing.not_before = std::max(sharing.not_before, step.now.steady + (back ? after_return : after_taking));
}

}  // namespace argosy::master
