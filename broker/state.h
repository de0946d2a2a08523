// All that a broker knows. Written by its machine only; reports and tests read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "broker/counters.h"
#include "broker/matcher.h"
#include "broker/options.h"
#include "broker/presence.h"
#include "broker/queue.h"
#include "broker/routes.h"
#include "broker/watch.h"

namespace argosy::broker {

// Before Start, and after Stop.
struct Idle {};
// A standby: it watches, and serves nobody.
struct Watching {};
// `epoch` is on its way to disk, then the former active is fenced, the address brought, and the port opened.
struct Rising {
  enum class Stage : std::uint8_t {
    storing,
    fencing,
    activating,
    listening,
    raising,  // it listened already: it serves on when the epoch is on disk
  };
  Epoch epoch;
  Stage stage = Stage::storing;
  HookRunId run;
};
struct Serving {
  Epoch epoch;
  bool greeted = false;  // somebody was welcomed in it
};
// It gives the endpoint up, or makes sure that it has not got it.
struct Leaving {
  HookRunId run;
  Epoch epoch;             // of the reign that ended
  bool served = false;     // until the hook ended others must not rise: its Beats say `active`
  bool left = false;       // the hook ended: its Beats say `leaving`
  bool hands_on = false;   // in good order: others are told that they may rise
  std::string successor;   // who is to; empty: anybody
  bool stops = false;      // then it ends
  Time until;              // left: how long the successor has
};
using Reign = std::variant<Idle, Watching, Rising, Serving, Leaving>;

struct State {
  explicit State(const Options& options)
      : presence(options), routes(options), queue(options), matcher(options, queue), watch(options) {}

  Reign reign;
  Presence presence;
  Routes routes;
  OfferQueue queue;
  Matcher matcher;
  Counters counters;

  // The other brokers. protocol.md, "Brokers".
  Watch watch;
  Epoch known;                   // the highest that was ever heard of
  HookRunId last_run;
  Time beat_at;                  // when the next Beats are said
  std::uint32_t failed_rises = 0;  // in a row
  std::string hook_trouble;      // alarms that stand about this broker itself
  std::string endpoint_trouble;

  Roster roster;      // as masters pushed it last; passed on to brokers that have an older one
  Endpoint endpoint;  // likewise
  std::map<PeerId, Budget> refused_peers;  // how much each may still be told; bounded by max_connections

  // For BrokerReport.
  std::vector<RefusedPeer> refused_keys;
  std::vector<BrokerCounter> transport;
  Counters reported;
  bool report_wanted = false;
  Time reported_at{INT64_MIN / 2};
};

}  // namespace argosy::broker
