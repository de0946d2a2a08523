// The one door: what every message must pass before its word is looked at. protocol.md, "Sessions" 2 and "who may say what".
#pragma once

#include <optional>
#include <string>

#include "broker/events.h"
#include "broker/presence.h"
#include "schemas/envelope.h"

namespace argosy::broker {

// Whether the broker itself answers the word; otherwise it is carried unread.
bool is_for_broker(const Envelope& envelope);

struct DoorRefusal {
  Refusal reason = Refusal::malformed;
  std::string text;
};

// Nothing: it may come in. `connection` is the peer's current one, or nullptr.
std::optional<DoorRefusal> ask_door(const Identity& identity, const Envelope& envelope, const Connection* connection,
                                    const Epoch& epoch);

}  // namespace argosy::broker
