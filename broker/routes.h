// Who holds which shard, at which term. The highest term that was said counts; it is remembered when its
// holder is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "broker/options.h"
#include "schemas/words/session.h"

namespace argosy::broker {

class Routes {
 public:
  struct Reign {
    Term term;
    ConnectionId master;  // 0: nobody
    std::string name;     // of the master; empty: nobody
  };
  struct Changes {
    std::vector<ShardId> lost;  // had this master, has it no more or at another term
    std::vector<ShardId> gained;
    std::size_t refused = 0;  // claimed at a term that is not the highest, or too many shards
  };

  explicit Routes(const Options& options) : options_(options) {}

  // All that this master holds now (a Hello or Holding); nothing, when it is gone.
  Changes hold(ConnectionId master, const std::string& name, const std::vector<ShardTerm>& holds);

  const Reign* of(ShardId shard) const;  // nullptr: never heard of, or nobody holds it
  bool holds(ConnectionId master, const ShardTerm& reign) const;
  std::vector<Holder> holders() const;
  std::vector<Holder> holders(const std::vector<ShardId>& shards) const;
  std::size_t size() const { return reigns_.size(); }

 private:
  const Options& options_;
  std::map<ShardId, Reign> reigns_;
};

}  // namespace argosy::broker
