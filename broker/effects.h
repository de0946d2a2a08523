// What a broker owes the world after a step. The shell honours all of it before the next step, in the order
// of the fields.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "broker/events.h"
#include "schemas/words.h"

namespace argosy::broker {

// A message to a peer: a word of the broker's own, or the body of the message that this step was about.
struct Outgoing {
  PeerId peer;
  Envelope envelope;
  std::variant<Word, BodyHandle> body;
};

// Absolute; replaces what was pushed before. Entries of files on the broker's host win over it.
struct RosterUpdate {
  std::uint64_t serial = 0;
  std::vector<RosterEntry> entries;
};

struct Effects {
  // Must be on disk (synced) before EpochStored is told; the machine serves nobody until then.
  std::optional<Epoch> store_epoch;

  // To the gate at once and to disk soon. Then IdentitiesChanged for each peer that is now somebody else.
  std::optional<RosterUpdate> roster;

  // To be sent in this order. A send that fails is told (SendFailed, PeerGone); the machine repeats nothing.
  std::vector<Outgoing> out;

  // All is said: send what is queued, then exit.
  bool stopped = false;

  void clear() {
    store_epoch.reset();
    roster.reset();
    out.clear();
    stopped = false;
  }
};

}  // namespace argosy::broker
