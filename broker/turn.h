// One step of the broker's machine: what its parts share while they handle one event. For broker/*.cpp only.
//
// machine.cpp holds the switch; sessions.cpp, catalogs.cpp, brokers.cpp, reign.cpp, offers.cpp, carry.cpp and report.cpp one
// chapter of protocol.md each.
#pragma once

#include <string>
#include <vector>

#include "broker/door.h"
#include "broker/machine.h"
#include "broker/standby.h"

namespace argosy::broker {

class Machine::Turn {
 public:
  Turn(const Options& options, State& state, Now now, Effects& out)
      : options_(options), state_(state), now_(now.steady), out_(out) {}

  // machine.cpp: events.
  void on(const Start& start);
  void on(const EpochStored& stored);
  void on(const MessageCame& message);
  void on(const RubbishCame& rubbish);
  void on(const PeerGone& gone);
  void on(const SendFailed& failed);
  void on(const IdentitiesChanged& changed);
  void on(const GateReported& report);
  void on(const BrokerSaid& said);
  void on(const ConnectionRefused& refused);
  void on(const HookEnded& ended);
  void on(const Listening& listening);
  void on(const ListenFailed& failed);
  void on(const Tick& tick);
  void on(const broker::Stop& stop);

 private:
  // machine.cpp: the door, and what every part says.
  bool admit(const MessageCame& message, Connection* connection);
  void on_word(const MessageCame& message, Connection* connection, const Word& word);
  void send(Connection& to, Word word, ShardTerm reign = {});
  void send_masters(const Word& word);
  void forget_all();
  void refuse(PeerId peer, const Identity& identity, const Envelope& refused, Refusal reason,
              std::string text, std::string request = {});
  void refuse(const MessageCame& message, Refusal reason, std::string text);
  void count(Count what, std::uint64_t n = 1) { state_.counters.add(what, n); }

  // sessions.cpp.
  void hello(const MessageCame& message, Connection* before, const Hello& hello);
  bool is_repeat(const Connection& before, const Hello& hello) const;
  bool make_way(const MessageCame& message, const Hello& hello);
  void welcome(Connection& connection);
  void bye(Connection& connection);
  void holding(Connection& master, const Holding& holding);
  void claim(Connection& master, const std::vector<ShardTerm>& holds);
  void roster(const MessageCame& message, Connection& master, const Roster& roster);
  bool take_roster(const Roster& roster);  // false: some entries are not for masters to push
  void endpoint(const MessageCame& message, const Endpoint& endpoint);
  void take_endpoint(const Endpoint& endpoint);
  void hold(Connection& master, const std::vector<ShardTerm>& holds);
  void tell_holders(const std::vector<ShardId>& shards, ConnectionId but);
  void tell_presence(const Connection& worker, PresenceChange change);
  void tell_everybody_present(Connection& master);
  void leave(Connection& connection, PresenceChange how);
  void forget(Connection& connection);  // as leave(), without a word about a worker
  void look(Connection& connection);

  // catalogs.cpp.
  bool weigh_catalog(Connection& master);  // true: now it is another one than the cluster's, and was not before
  void refuse_catalog(const Connection& master);

  // brokers.cpp: what is heard of the others, and said to them.
  void broker_came(const MessageCame& message);
  void beat_came(const MessageCame& message, const Beat& beat);
  void answer(const MessageCame& message, const Beat& beat);
  void heard_from(const std::string& peer, const Beat& beat);
  void weigh(const Beat& beat);
  void give_newer(const MessageCame& message, Other& other, const Beat& beat);
  void meet_higher(const Epoch& seen);
  void look_around();
  void look_for_trouble();
  void alarm(const std::string& peer, const std::string& text);
  void say_beats();
  Envelope to_broker_envelope(std::uint16_t word, const std::string& peer) const;

  // reign.cpp.
  void switchover(const MessageCame& message, const Switchover& word);
  void happen(Happening happening);
  void act(Act act, Happening why);
  void rise(Rising::Stage stage);
  void fence(Rising& rising);
  void serve(const Epoch& epoch);
  void leave_endpoint(Leaving leaving);
  void announce();
  void fail();
  void watch_again();
  void end();
  HookRunId run_hook(HookKind kind, std::vector<std::string> peers, const Epoch& epoch);

  // offers.cpp.
  void publish(const MessageCame& message, Connection& master, const Publish& publish);
  void withdraw(const MessageCame& message, Connection& master, const Withdraw& withdraw);
  void credit(Connection& worker, const Credit& credit);
  void declined(const Declined& declined);
  void match();

  // carry.cpp.
  void carry(const MessageCame& message, Connection& speaker, BodyHandle body);
  Connection* find_hearer(const MessageCame& message, Connection& speaker);
  Connection* find_master(const MessageCame& message, Connection& speaker);
  Connection* find_worker(const MessageCame& message, Connection& speaker);
  Connection* find_client(const MessageCame& message);

  // report.cpp.
  void report();

  const Options& options_;
  State& state_;
  Time now_;
  Effects& out_;
  std::string successor_;  // of a Switchover, while it is acted upon
  std::string failure_;    // of a hook or the port, likewise
};

Step step_of(const Reign& reign);
BrokerDuty duty_of(const Reign& reign);
Beat beat_of(const Options& options, const State& state);

// Whether a roster is of another catalog than the one that is known, and no restored one. catalogs.cpp.
bool is_of_strange_catalog(const Roster& known, const Roster& said);
// The incarnation of the cluster's catalog, as far as it is known when that roster was said too.
std::uint64_t incarnation_after(const Roster& known, const Roster& said);
// In words, which masters are on another catalog; empty: none.
std::string catalog_trouble(const State& state);

// When the next report is due; nothing: there is nothing new, or nobody to tell. report.cpp.
std::optional<Time> report_due(const Options& options, const State& state);

}  // namespace argosy::broker
