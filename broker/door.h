// The one door: what every message must pass before its word is looked at. protocol.md, "Sessions" 2 and "who
// may say what".
#pragma once

#include <optional>
#include <string>

#include "broker/events.h"
#include "broker/options.h"
#include "broker/presence.h"
#include "schemas/envelope.h"

namespace argosy::broker {

// Whether the broker itself answers the word; otherwise it is carried unread.
bool is_for_broker(const Envelope& envelope);

struct DoorRefusal {
  Refusal reason = Refusal::malformed;
  std::string text;
};

// Whether that identity may say that word to that role at all. Nothing: it may.
std::optional<DoorRefusal> ask_right(const Identity& identity, const Envelope& envelope);

// Whether it is said on the peer's current connection (nullptr: it has none). Nothing: it is. Not asked of
// Hello.
std::optional<DoorRefusal> ask_connection(const Envelope& envelope, const Connection* connection,
                                          const Epoch& epoch);

// Whether a Hello can be believed. Nothing: it can.
std::optional<DoorRefusal> ask_hello(const Identity& identity, const Hello& hello, const Options& options);

}  // namespace argosy::broker
