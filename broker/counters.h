// What a broker counts: why it refused or dropped something, and how much it carried. People see them in
// BrokerReport.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schemas/words/session.h"

namespace argosy::broker {

enum class Count : std::uint8_t {
  // Refused: the sender is told.
  malformed,
  version,
  unknown_word,
  not_allowed,
  not_enabled,
  no_hello,
  old_epoch,
  old_term,
  twin,
  unreachable,
  busy,
  invalid,
  too_large,
  not_active,
  // Dropped: the sender repeats, or learns of it otherwise.
  dropped_no_holder,    // a worker's word while nobody holds the shard
  dropped_old_session,  // a master's word to a connection that is not current
  dropped_old_holding,  // a shard claimed at a term that is not the highest
  dropped_old_roster,   // a roster with a serial that is not higher
  dropped_old_endpoint,  // an Endpoint with a serial that is not higher
  dropped_other_catalog,  // of a master or broker whose catalog is another than the cluster's
  dropped_not_held,     // freed or declined, and not in the ledger
  dropped_full,         // the receiver does not read
  refusals_untold,      // refused, and not said: that peer has heard too many
  // libzmq ends the connection of an oversized or broken frame itself, and does not tell why.
  gone_without_bye,  // a connection that was welcomed ended: cut, killed, or for such a frame
  // Between brokers.
  reigns,       // how often this broker began to serve
  step_downs,   // how often another one had the better right
  alarms,
  // Carried.
  hellos,
  relayed,
  offers_taken_in,
  offers_withdrawn,
  offers_matched,
  count_,  // how many there are
};

std::string_view to_text(Count count);

// How a refusal is counted.
Count count_of(Refusal refusal);

class Counters {
 public:
  void add(Count count, std::uint64_t n = 1) { values_[static_cast<std::size_t>(count)] += n; }
  std::uint64_t of(Count count) const { return values_[static_cast<std::size_t>(count)]; }
  bool operator==(const Counters&) const = default;

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Count::count_)> values_{};
};

}  // namespace argosy::broker
