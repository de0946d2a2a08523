// A broker as a process: its machine, its disk, its links to the other brokers, its hooks, and the gate's knowledge of who is
// who.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/machine.h"
#include "tests/sim/address.h"
#include "tests/sim/stage.h"

namespace argosy::sim {

class BrokerProcess : public Hub {
 public:
  // `names`: of all brokers.
  BrokerProcess(Stage& stage, Address& address, HostClock clock, std::string name, std::vector<std::string> names);
  ~BrokerProcess() override;

  void start();
  void kill();
  void stop();         // in good order
  void switch_over();  // an operator asks for it
  // What the fence hook does to another broker.
  void set_fence(std::function<void(const std::string& peer)> fence) { fence_ = std::move(fence); }

  void frames_came(LinkId link, Port port, const Party& from, const Frames& frames) override;
  void link_gone(LinkId link) override;

  const broker::Machine* machine() const { return machine_.get(); }
  bool serves() const;
  const Epoch& epoch() const { return epoch_; }
  std::uint64_t roster_serial() const { return kept_roster_.serial; }

 private:
  class Link;

  void step(const broker::Event& event, const Frames* about = nullptr);
  void honour(broker::Effects& effects, const Frames* about);
  void said_by_broker(const std::string& peer, const Frames& frames);
  void connection_refused(const std::string& peer);
  void check_takeover(bool watched);
  void tell(const std::string& peer, const std::string& what);
  void run_hook(const broker::HookOrder& order);
  void hook_ends(const broker::HookOrder& order);
  void listen();
  void announce_again();
  void take_roster(const broker::RosterUpdate& update);
  broker::Identity identity_of(const Party& party) const;
  void wake_later();

  Stage& stage_;
  Address& address_;
  HostClock clock_;
  std::vector<std::string> peer_names_;
  std::unique_ptr<broker::Machine> machine_;
  std::vector<std::unique_ptr<Link>> links_;
  std::map<LinkId, const Party*> peers_;
  std::function<void(const std::string&)> fence_;
  Time hooks_free_at_;
  std::uint64_t listen_serial_ = 0;       // a listening that was called off is void
  std::map<std::string, std::string> told_;
  Time endpoint_said_;                    // a Beat, last; nothing: it refuses
  std::uint64_t wake_serial_ = 0;
  std::uint64_t steps_ = 0;

  // On disk.
  Epoch epoch_;
  Roster kept_roster_;
  Endpoint kept_endpoint_;
  std::map<std::string, RosterEntry> roster_;  // by role and name
};

}  // namespace argosy::sim
