// All that a broker knows. Written by its machine only; reports and tests read it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "broker/counters.h"
#include "broker/matcher.h"
#include "broker/options.h"
#include "broker/presence.h"
#include "broker/queue.h"
#include "broker/routes.h"

namespace argosy::broker {

// Before Start, and after Stop.
struct Idle {};
// `epoch` is being written to disk; nobody is served.
struct Rising {
  Epoch epoch;
};
struct Serving {
  Epoch epoch;
};
using Reign = std::variant<Idle, Rising, Serving>;

struct State {
  explicit State(const Options& options)
      : presence(options), routes(options), queue(options), matcher(options, queue) {}

  Reign reign;
  Presence presence;
  Routes routes;
  OfferQueue queue;
  Matcher matcher;
  Counters counters;

  std::uint64_t roster_serial = 0;
  std::map<PeerId, Budget> refused_peers;  // how much each may still be told; bounded by max_connections

  // For BrokerReport.
  std::vector<RefusedPeer> refused_keys;
  std::vector<BrokerCounter> transport;
  Counters reported;
  bool report_wanted = false;
  Time reported_at{INT64_MIN / 2};
};

}  // namespace argosy::broker
