// The virtual endpoint's address: on which broker's host each dialler finds it. It can be in two places at once: hosts that
// cannot hear each other each believe whoever announced it last.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "tests/sim/draw.h"
#include "tests/sim/network.h"

namespace argosy::sim {

class Address {
 public:
  Address(Rng& rng, Network& network, AddressKind kind)
      : rng_(rng), network_(network), kind_(kind) {}

  AddressKind kind() const { return kind_; }
  void add(Hub& hub) { hubs_.push_back(&hub); }

  // What a dialler on that host reaches; nullptr: nothing answers.
  Hub* where(const std::string& host);

  // on_activate and on_deactivate have done their work on that broker's host.
  void bring(const std::string& broker);
  void take_away(const std::string& broker);
  // Whoever hears it goes there from now on. Repeated while active.
  void announce(const std::string& broker);

  // One host for all, and somebody else has the port.
  bool port_taken(const Hub& by) const;

 private:
  Hub* listener() const;
  Hub* hub(const std::string& name) const;

  Rng& rng_;
  Network& network_;
  AddressKind kind_;
  std::vector<Hub*> hubs_;
  std::set<std::string> on_;                     // hosts that have it
  std::string last_;                             // who announced it last
  std::map<std::string, std::string> believes_;  // where a host sends to
};

}  // namespace argosy::sim
