// Which connections of a ROUTER have gone: pairs the monitor's words about descriptors with the peers seen on
// them. For source files of fabric/ only; pure bookkeeping, no socket in it. Thread rule: one thread.
//
// The race it answers:
//  1. connection A on descriptor 7 ends; the monitor says "7 disconnected";
//  2. connection B is accepted on 7 again and says its first message;
//  3. the owner sees B's message before it reads the monitor, and would take A's end for B's.
// So the owner reads the monitor dry before it claims a descriptor for a new peer. What is then still open to
// doubt (several connections came and went on one descriptor before the first message was read) makes the
// peer a suspect: it is probed. The monitor also speaks a moment before the ROUTER lets go of a pipe, so a
// probe can succeed on a connection that is gone; a suspect is therefore probed again, soon, until the ROUTER
// refuses.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace argosy::fabric {

class Departures {
 public:
  using PeerNo = std::uint64_t;

  void accepted(int fd);
  void disconnected(int fd);
  // A new peer's first message came over this descriptor, and the monitor has been read dry.
  void claim(int fd, PeerNo peer);
  void suspect(PeerNo peer, bool certain);
  void forget(PeerNo peer, int fd);
  void clear();

  std::vector<PeerNo> due(Time now) const;
  // The ROUTER still took a message for this suspect.
  void probed(PeerNo peer, Time now);
  std::optional<Time> deadline() const;

 private:
  struct Line {
    bool open = false;
    int unclaimed = 0;  // connections accepted since the last claim
    std::optional<PeerNo> peer;
    bool certain = true;  // that `peer` is the connection now on this descriptor
  };
  struct Suspicion {
    bool certain = false;
    int tries = 0;
    Time next;
  };

  std::unordered_map<int, Line> lines_;
  std::map<PeerNo, Suspicion> suspects_;
};

}  // namespace argosy::fabric
