// An operator who asks for a planned switchover, and leaves again.
#pragma once

#include <string>

#include "tests/sim/stage.h"

namespace argosy::sim {

class OperatorProcess : public Party {
 public:
  explicit OperatorProcess(Stage& stage) : Party(stage.agenda, Role::operator_, "root"), stage_(stage) {}

  // Comes, asks the active broker to give the endpoint to `to` (empty: to anybody), and leaves.
  void ask(const std::string& to);

  void link_up() override;
  void link_down() override {}
  void frames_came(const Frames& frames) override;

 private:
  void say_word(Word word, Epoch epoch, ConnectionId connection);

  Stage& stage_;
  std::string to_;
  Epoch epoch_;
  bool asked_ = false;
};

}  // namespace argosy::sim
