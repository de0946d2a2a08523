// The first frame of every message: who says which word to whom, under which reigns. See protocol.md, "Frames".
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace argosy {

inline constexpr std::uint32_t protocol_version = 1;

enum class Role : std::uint8_t {
  none = 0,
  broker = 1,
  master = 2,
  worker = 3,
  operator_ = 4,
  submitter = 5,
  viewer = 6,
};

// A party. To a worker or client: name and connection; to a master: its name, or empty for the holder of reign.shard.
struct Address {
  Role role = Role::none;
  std::string name;
  ConnectionId connection;

  auto operator<=>(const Address&) const = default;
  template <class V>
  void visit(V& v) { v(role); v(name); v(connection); }
};

struct Envelope {
  std::uint32_t version = protocol_version;
  std::uint16_t word = 0;
  Epoch epoch;              // the broker's, as the sender knows it; in Hello the highest ever seen
  ConnectionId connection;  // the sender's own, from its Welcome; 0 in Hello
  ShardTerm reign;          // between masters and workers: the shard spoken of, and its term as the sender knows it
  Address to;
  Address from;             // empty from the sender; the broker writes it from the sender's key

  auto operator<=>(const Envelope&) const = default;
  template <class V>
  void visit(V& v) { v(version); v(word); v(epoch.number); v(epoch.broker); v(connection); v(reign.shard); v(reign.term); v(to); v(from); }
};

}  // namespace argosy
