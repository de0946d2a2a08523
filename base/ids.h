// Strong identifiers. Two kinds of id cannot be mixed up, and each orders and prints as its number.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace argosy {

template <class Tag, class Rep>
struct Id {
  Rep value = 0;

  constexpr auto operator<=>(const Id&) const = default;
};

using ExecutionId = Id<struct ExecutionTag, std::uint64_t>;   // given by the catalog, from 1, never used again
using TaskNo = Id<struct TaskTag, std::uint32_t>;             // position of a task in its package's plan, from 0
using ItemNo = Id<struct ItemTag, std::uint64_t>;             // position of an item in its task's array, from 0
using AttemptNo = Id<struct AttemptTag, std::uint32_t>;       // from 1 for each item
using ShardId = Id<struct ShardTag, std::uint32_t>;           // from 0
using Term = Id<struct TermTag, std::uint64_t>;               // from 1 for each shard; 0: none
using SessionId = Id<struct SessionTag, std::uint64_t>;       // random, 1 … 2^63-1, one for each process start; 0: none
using ConnectionId = Id<struct ConnectionTag, std::uint64_t>; // given by the broker in Welcome, unique in its epoch; 0: none
using Renewal = Id<struct RenewalTag, std::uint64_t>;         // counts a worker session's lease renewals, from 1; 0: none

// One item of one task of one execution: what is published, claimed and ended.
struct ItemRef {
  ExecutionId execution;
  TaskNo task;
  ItemNo item;

  constexpr auto operator<=>(const ItemRef&) const = default;
};

// One try at an item. (item, attempt) names it for ever.
struct AttemptRef {
  ItemRef item;
  AttemptNo attempt;

  constexpr auto operator<=>(const AttemptRef&) const = default;
};

// A reign of a broker, ordered by number, then by the broker's name.
struct Epoch {
  std::uint64_t number = 0;
  std::string broker;

  auto operator<=>(const Epoch&) const = default;
};

// A reign of a master over one shard. Terms are compared only within one shard.
struct ShardTerm {
  ShardId shard;
  Term term;

  constexpr auto operator<=>(const ShardTerm&) const = default;
};

}  // namespace argosy
