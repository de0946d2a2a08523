// A master as a process: its machine, the catalog's store, and a small desk (Submit, cancel, content, explain).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "master/machine.h"
#include "tests/sim/place.h"
#include "tests/sim/stage.h"
#include "tests/sim/workload.h"

namespace argosy::sim {

class MasterProcess : public Party {
 public:
  MasterProcess(Stage& stage, const Workload& workload, std::string name, HostClock clock);

  void start();
  void kill();
  void stop();         // in good order
  bool works() const;  // it has greeted a broker

  void link_up() override;
  void link_down() override;
  void frames_came(const Frames& frames) override;
  std::string place() const override { return place_.here(); }

  // Asks why the execution is where it is; witnesses hear the answer. Nothing if this master does not hold it.
  void explain(ExecutionId execution);

  const master::Machine* machine() const { return machine_.get(); }
  std::string pending() const;

 private:
  struct Asked {
    Address client;       // role none: the world itself asked
    std::string request;
    std::uint16_t word = 0;
    ExecutionId execution;
  };

  bool holds(ExecutionId execution) const;
  void spoil(const Frames& frames, Word& word);
  void step(master::Event event);
  void honour(master::Effects& effects);
  bool leaves_something(Word& word);
  void wake_later();

  // The desk.
  void look_at_fleet();
  void desk(const Message& message);
  void on_submit(const Envelope& envelope, const Submit& word);
  void on_ask(const Address& client, const Ask& word);
  void on_fetch(const Message& message, const Fetch& word);
  void answer(const DeskOutcome& outcome);
  void explained(ExecutionId execution, const ExplainOutcome& outcome);
  void look_up(const master::LookUp& debt);
  void read_values(const master::NeedValues& debt);
  void say_to(const Address& to, Word word, ShardTerm reign = {});

  Stage& stage_;
  const Workload& workload_;
  HostClock clock_;
  Place place_{stage_, *this};
  std::optional<std::uint64_t> fleet_said_;  // serial of what the machine was told
  std::unique_ptr<master::Machine> machine_;
  std::map<std::uint64_t, Asked> asked_;  // by ticket
  std::set<std::string> served_;  // content of which it gave the first piece
  std::set<AttemptRef> said_;     // to run
  std::uint64_t last_ticket_ = 0;
  std::uint64_t wake_serial_ = 0;
};

}  // namespace argosy::sim
