// Plays a story: a text of what peers say to a broker, with what the broker owes after each line. For tests
// only.
//
// Lines that begin with '>' are what is expected, those with '#' are for people; all others are commands
// (broker/README.md). Everything that is owed is printed: what is not there was not sent. Words travel
// through the codec, both ways.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/machine.h"

namespace argosy::broker {

class Story {
 public:
  Story();
  // The same text with what happened behind each command.
  std::string play(const std::string& text);

 private:
  using Arguments = std::map<std::string, std::string>;

  struct Party {
    PeerId peer;
    Identity identity;
    ConnectionId connection;
    ShardTerm reign;  // a master's, as last said
  };

  void command(const std::string& line);
  bool broker_command(const std::vector<std::string>& words, const Arguments& with);
  Beat beat_with(const std::string& broker, const Arguments& with) const;
  void say(Party& party, const std::string& what, const Arguments& with);
  Word word_of(Party& party, const std::string& what, const Arguments& with);
  void hand(Party& party, const Arguments& with, std::uint16_t number, const Word* word);
  void step(const Event& event);
  void note(Effects& effects);
  void note_brokers(const Effects& effects);
  void note_links(const Effects& effects);
  void hear(const Outgoing& outgoing);
  void tick_if_due();
  void let_pass(Duration duration);

  Options options_;
  std::unique_ptr<Machine> machine_;
  Now now_{Time{1'000'000'000}, WallTime{}};
  Epoch epoch_;
  HookRunId hook_;           // the last that was asked for
  std::string said_;         // to other brokers: their Beats are printed when they change
  std::map<std::string, Party> parties_;
  std::vector<std::string> owed_;
};

}  // namespace argosy::broker
