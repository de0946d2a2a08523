// Asks a broker who it is, on its own address, with the key that all brokers hold: a Beat without a name, which changes nothing
// there. For `argosy doctor broker`. protocol.md, "Brokers".
//
// Failure: why there is no answer: another key, no peers in its configuration, silence. Thread rule: one thread, which waits.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "fabric/keys.h"
#include "schemas/words/session.h"

namespace argosy::broker {

struct BrokerAnswer {
  Beat beat;
  Duration took;  // from the question to the answer, the connection made before
};

Result<BrokerAnswer> ask_broker(const std::string& endpoint, const fabric::KeyPair& keys, Duration within);

}  // namespace argosy::broker
