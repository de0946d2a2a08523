// The broker as a process: its machine, its disk, and the gate's knowledge of who is who.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "broker/machine.h"
#include "tests/sim/stage.h"

namespace argosy::sim {

class BrokerProcess : public Hub {
 public:
  BrokerProcess(Stage& stage, HostClock clock);

  void start();
  void kill();

  void frames_came(LinkId link, const Party& from, const Frames& frames) override;
  void link_gone(LinkId link) override;

  const broker::Machine* machine() const { return machine_.get(); }

 private:
  void step(const broker::Event& event, const Frames* about = nullptr);
  void honour(broker::Effects& effects, const Frames* about);
  void take_roster(const broker::RosterUpdate& update);
  broker::Identity identity_of(const Party& party) const;
  void wake_later();

  Stage& stage_;
  HostClock clock_;
  std::unique_ptr<broker::Machine> machine_;
  std::map<LinkId, const Party*> peers_;
  std::uint64_t wake_serial_ = 0;
  std::uint64_t steps_ = 0;

  // On disk.
  Epoch epoch_;
  std::uint64_t roster_serial_ = 0;
  std::map<std::string, RosterEntry> roster_;  // by role and name
};

}  // namespace argosy::sim
