// Whether the other end of a TCP connection is gone while somebody else listens at its address: the address has moved.
//
// A host that is cut off resets nothing. TCP sends again after 0.2 s, 0.6 s, 1.4 s …, and hears of the new host, by its reset,
// at the next of them only. Here what is unacknowledged for too long makes us knock at the address every 50 ms. A process that
// hangs is none of that: its host acknowledges, or lets nothing be sent.
// The descriptor is libzmq's own and only asked: one that was closed, or became another's, costs a knock at the most.
// Owner's loop: moved() at deadline(). Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "fabric/knock.h"

namespace argosy::fabric {

// What the kernel says of a connection (tcp_info, Linux).
struct LineState {
  bool unacknowledged = false;   // something was sent, and its receipt not confirmed
  std::uint64_t bytes_acked = 0;  // so far
  Duration round_trip;            // smoothed, and four times its deviation; acknowledgements that wait for company count
};
std::optional<LineState> read_line(int fd);  // nothing: not a TCP connection (any more)

// Since when nothing was acknowledged though something is due, over looks at one line. Pure.
class Unanswered {
 public:
  static constexpr Duration kPatience = milliseconds(250);

  // Longer than patience, and than a round trip.
  bool look(Time now, const LineState& line);
  bool waits() const { return since_.has_value(); }

 private:
  std::optional<Time> since_;
  std::uint64_t acked_ = 0;
};

class LineWatch {
 public:
  void begin(int fd, Time now);  // an established connection
  void end();
  bool moved(Time now);  // true: hang up, and dial anew
  std::optional<Time> deadline() const;  // nothing: no connection

 private:
  int fd_ = -1;
  Time next_;
  Unanswered unanswered_;
  std::optional<Knock> knock_;  // at the connection's address
  bool knocked_ = false;        // since nothing is acknowledged
};

}  // namespace argosy::fabric
