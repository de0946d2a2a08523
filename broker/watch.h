// What a broker knows of the others and of the virtual endpoint: who was heard when, who refuses connections,
// and so when it is this one's turn to rise. protocol.md, "Brokers".
//
// An address that refuses has no process behind it: it is dead at once. One that is silent is dead after
// `takeover_after`. Pure bookkeeping; bounded by Options::peers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "broker/options.h"
#include "schemas/words/session.h"

namespace argosy::broker {

// When one address was last heard, and since when it refuses.
struct Signs {
  Time heard;
  Time refused;        // the last try
  Time refused_since;  // the first of this row
  bool refuses = false;
};

// Another broker of the configuration.
struct Other {
  Signs own;  // its own address
  bool ever_heard = false;
  std::optional<Time> at_endpoint;  // when it was last heard at the endpoint that this broker serves
  Beat said;                        // its last; duty standby and epoch 0: none yet
  std::string wrong;                // who or what answers there instead
  std::string trouble;              // an alarm that stands about it
  std::uint64_t told_roster = 0;    // what it was given, and when
  std::uint64_t told_endpoint = 0;
  Time told_at{INT64_MIN / 2};
};

class Watch {
 public:
  explicit Watch(const Options& options) : options_(options) {}

  // Nothing was heard before `now`.
  void begin(Time now);
  // This broker is a standby from `now` on.
  void restart(Time now);
  // The others that do not answer are fenced, or were never there: they serve no more.
  void write_off(Time now);
  // This broker itself was away until `now`: nobody's silence counts.
  void forgive(Time now);

  void heard(Time now, const std::string& peer, const Beat& beat);      // on a link between the two
  void heard_at_endpoint(Time now, const Beat& beat);                   // from a standby that watches us
  void heard_endpoint(Time now, const Beat& beat);                      // whoever serves the endpoint
  void refused(Time now, const std::string& peer);                      // empty: the endpoint
  // Somebody is there (empty: at the endpoint) and does not take this broker's words: it is for others to rise.
  void turned_away(Time now, const std::string& peer, const std::string& why);
  void wait_until(Time not_before) { not_before_ = not_before; }

  Other* of(const std::string& peer);
  const std::map<std::string, Other>& all() const { return others_; }

  bool fresh(Time now, const Other& other) const;  // heard within takeover_after, and not refusing
  bool serves(const Other& other) const;           // as it last said: active, or about to be
  bool anyone_serves(Time now) const;              // fresh, and serves
  bool all_idle(Time now) const;                   // all fresh, and nobody serves

  // When this broker rises if nothing changes. Asked of a standby.
  std::optional<Time> rise_at(Time now) const;
  // Whether an active has handed the endpoint to this broker, or to anybody.
  bool handed_over(Time now) const;
  // Those that may still act as active, to be fenced before this one rises.
  std::vector<std::string> to_fence(Time now) const;
  // Who could take the endpoint: `wanted`, or the first by name. Empty: none.
  std::string successor(Time now, const std::string& wanted) const;

  // Only one of the two answers, and that for so long that it is an alarm. For a standby.
  bool endpoint_troubled(Time now) const;
  // What is to be said of that one; empty: nothing. `serving`: this broker serves the endpoint.
  std::string trouble_of(Time now, const Other& other, bool serving) const;

 private:
  bool one_of_us(const Other& other) const { return other.said.fingerprint == options_.fingerprint; }
  bool refuses(Time now, const Signs& signs) const;
  Time dead_at(Time now, const Signs& signs) const;
  Time holders_dead_at(Time now) const;
  std::int64_t turn(Time now) const;

  const Options& options_;
  std::map<std::string, Other> others_;
  Signs endpoint_;
  Time endpoint_said_{INT64_MIN / 2};  // its last Beat
  Time nobody_since_;  // since when nobody was heard that serves
  Time not_before_;
  Time begun_;
};

}  // namespace argosy::broker
