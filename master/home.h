// Which shard an execution belongs to, for ever: the same for a submitter's key on every master, so that a repeated key
// meets the shard of the first. All masters must have the same number of shards.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.h"

namespace argosy::master {

inline ShardId home_shard(std::string_view submitter, std::string_view key, std::uint32_t shards) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](unsigned char c) { hash = (hash ^ c) * 0x100000001b3; };
  for (const char c : submitter) add(static_cast<unsigned char>(c));
  add(0);  // no name has it
  for (const char c : key) add(static_cast<unsigned char>(c));
  hash ^= hash >> 32;  // the low bits of FNV alone follow the last byte
  return ShardId{static_cast<std::uint32_t>(hash % (shards == 0 ? 1 : shards))};
}

}  // namespace argosy::master
