// Whose key is whose on this broker: the roster file and what masters push, as the gate and the machine need
// it.
//
// Thread rule: one thread; the gate gets its own copies.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "broker/effects.h"
#include "broker/events.h"
#include "fabric/gate.h"
#include "fabric/roster.h"

namespace argosy::broker {

class Identities {
 public:
  Identities(fabric::Gate& gate, std::string file) : gate_(gate), file_(std::move(file)) {}

  // The endpoint's own key: other brokers use it as a client's.
  void trust_brokers(const fabric::PublicKey& key) { broker_key_ = key; }
  Status read_file();  // on failure the roster stays as it was
  void push(const std::vector<RosterEntry>& entries);

  Identity of(const fabric::PublicKey& key) const;

 private:
  void use();

  fabric::Gate& gate_;
  std::string file_;
  fabric::Roster roster_;
  std::optional<fabric::PublicKey> broker_key_;
};

}  // namespace argosy::broker
