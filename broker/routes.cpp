#include "broker/routes.h"

#include <algorithm>

namespace argosy::broker {

Routes::Changes Routes::hold(ConnectionId master, const std::string& name,
                             const std::vector<ShardTerm>& holds) {
  Changes changes;
  for (auto& [shard, reign] : reigns_) {
    if (reign.master != master) continue;
    if (std::find(holds.begin(), holds.end(), ShardTerm{shard, reign.term}) != holds.end()) continue;
    reign.master = {};
    reign.name.clear();
    changes.lost.push_back(shard);
  }
  for (const ShardTerm& each : holds) {
    const auto known = reigns_.find(each.shard);
    const bool is_new = known == reigns_.end();
    const bool late = !is_new && (each.term < known->second.term ||
                                  (each.term == known->second.term &&
                                   known->second.master != ConnectionId{} && known->second.master != master));
    if (each.term == Term{} || late || (is_new && reigns_.size() >= options_.max_shards)) {
      ++changes.refused;
      continue;
    }
    Reign& reign = reigns_[each.shard];
    if (reign.master == master && reign.term == each.term) continue;
    reign = {each.term, master, name};
    changes.gained.push_back(each.shard);
  }
  return changes;
}

const Routes::Reign* Routes::of(ShardId shard) const {
  const auto found = reigns_.find(shard);
  return found == reigns_.end() || found->second.master == ConnectionId{} ? nullptr : &found->second;
}

bool Routes::holds(ConnectionId master, const ShardTerm& reign) const {
  const Reign* known = of(reign.shard);
  return known != nullptr && known->master == master && known->term == reign.term;
}

std::vector<Holder> Routes::holders() const {
  std::vector<Holder> all;
  for (const auto& [shard, reign] : reigns_) all.push_back({{shard, reign.term}, reign.name});
  return all;
}

std::vector<Holder> Routes::holders(const std::vector<ShardId>& shards) const {
  std::vector<Holder> some;
  for (const ShardId shard : shards) {
    if (const auto found = reigns_.find(shard); found != reigns_.end()) {
      some.push_back({{shard, found->second.term}, found->second.name});
    }
  }
  return some;
}

}  // namespace argosy::broker
