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

  // What a dialler on that host reaches under that name; nullptr: nothing answers. The empty name is the configured one.
  Hub* where(const std::string& host, const std::string& name);
  // Names that lead here. The brokers' own watch is always led.
  void lead(const std::string& name) { names_.insert(name); }
  void lead_only(const std::string& name) { names_ = {name}; }
  bool leads(const std::string& name) const { return names_.contains(name); }
  bool leads_only(const std::string& name) const { return names_ == std::set<std::string>{name}; }

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
  std::set<std::string> names_{""};
  std::set<std::string> on_;                     // hosts that have it
  std::string last_;                             // who announced it last
  std::map<std::string, std::string> believes_;  // where a host sends to
};

}  // namespace argosy::sim
