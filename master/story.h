// Plays a story: a text of what happens to a master, with what it owes after each line. For tests only.
//
// Lines that begin with '>' are what is expected, those with '#' are for people; all others are commands (README.md).
// Everything that is owed is printed: what is not there was not done. Words travel through the codec, both ways.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "master/machine.h"

namespace argosy::master {

class Story {
 public:
  Story();
  ~Story();
  // The same text with what happened behind each command.
  std::string play(const std::string& text);

 private:
  using Arguments = std::map<std::string, std::string>;

  struct WorkerRole {
    SessionId session;
    ConnectionId connection;
  };

  void command(const std::string& line);
  bool command_of_link(const std::string& verb, const Arguments& with);
  bool command_of_worker(const std::string& verb, const std::string& who, const Arguments& with);
  bool command_of_client(const std::string& verb, const std::string& who, const Arguments& with);
  void submit(const std::string& key, const Arguments& with);
  void settle(const Arguments& with);
  void adopt(const Arguments& with);
  void hear(const Address& from, Word word, ShardTerm reign);
  void step(Event event);
  void note(const Effects& effects);
  void let_pass(Duration duration, bool silent);

  Limits limits_;
  std::uint32_t shards_ = 1;
  std::unique_ptr<Machine> machine_;
  Now now_{Time{1'000'000'000}, WallTime{1'800'000'000'000'000}};
  ShardTerm reign_{ShardId{0}, Term{1}};
  std::map<std::string, WorkerRole> workers_;
  std::deque<std::shared_ptr<const Batch>> in_flight_;
  std::uint64_t next_execution_ = 1;
  Ticket next_ticket_ = 1;
  std::uint64_t fleet_serial_ = 0;
  Epoch epoch_{1, "b1"};  // of the broker that speaks
  bool pinged_ = false;
  std::vector<std::string> owed_;
};

}  // namespace argosy::master
