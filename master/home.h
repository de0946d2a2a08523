// Which shard an execution belongs to, for ever: the same for a submitter's key on every master, so that a repeated key
// meets the shard of the first. All masters must have the same number of shards.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/fnv.h"
#include "base/ids.h"

namespace argosy::master {

inline ShardId home_shard(std::string_view submitter, std::string_view key, std::uint32_t shards) {
  constexpr std::string_view between("\0", 1);  // no name has it
  std::uint64_t hash = fnv1a(key, fnv1a(between, fnv1a(submitter)));
  hash ^= hash >> 32;
  return ShardId{static_cast<std::uint32_t>(hash % (shards == 0 ? 1 : shards))};
}

}  // namespace argosy::master
