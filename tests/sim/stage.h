// What everybody on the stage shares, and messages to frames and back: always through the real codec.
#pragma once

#include <optional>
#include <string>

#include "base/rng.h"
#include "schemas/words.h"
#include "tests/sim/agenda.h"
#include "tests/sim/bugs.h"
#include "tests/sim/draw.h"
#include "tests/sim/journal.h"
#include "tests/sim/network.h"
#include "tests/sim/store.h"
#include "tests/sim/witness.h"

namespace argosy::sim {

struct Stage {
  Agenda& agenda;
  Rng& rng;
  const Draw& drawn;
  Bug bug;
  Journal& journal;
  Network& network;
  Store& store;
  Witnesses& witnesses;
  bool faults_on = true;

  void note(const std::string& text) { journal.line(agenda.now(), text); }
  Duration up_to(Duration most) { return microseconds(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most.us) + 1))); }
};

Frames pack(const Message& message);

// Nothing: cannot be decoded.
std::optional<Message> unpack(const Frames& frames);

// Says the message: to the witnesses, the journal and the network. Fills in the word's number. A party of the release before this
// one leaves out the fields that came later, and does not hear them.
void say(Stage& stage, Party& party, Message message);

// Decodes, and tells witnesses and journal. A frame from our own broker that cannot be decoded is a report.
std::optional<Message> hear(Stage& stage, Party& party, const Frames& frames);

}  // namespace argosy::sim
