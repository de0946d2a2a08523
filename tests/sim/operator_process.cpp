#include "tests/sim/operator_process.h"

namespace argosy::sim {

void OperatorProcess::ask(const std::string& to) {
  if (process.up()) return;
  process.begin();
  to_ = to;
  asked_ = false;
  stage_.network.join(*this);
  process.post(seconds(3), [this] {
    process.end();
    stage_.network.leave(*this);
  });
}

void OperatorProcess::link_up() {
  if (asked_) return;
  Hello word;
  word.session = SessionId{1 + stage_.rng.below(1ull << 62)};
  word.host = {"root-host", "root-machine", "boot-1"};
  word.build = "sim";
  say_word(std::move(word), epoch_, {});
}

void OperatorProcess::frames_came(const Frames& frames) {
  const auto message = hear(stage_, *this, frames);
  if (!message || !std::holds_alternative<Welcome>(message->word) || asked_ || message->envelope.epoch < epoch_) return;
  asked_ = true;
  epoch_ = message->envelope.epoch;
  say_word(Switchover{to_}, epoch_, std::get<Welcome>(message->word).connection);
}

void OperatorProcess::say_word(Word word, Epoch epoch, ConnectionId connection) {
  Message message;
  message.envelope.epoch = epoch;
  message.envelope.connection = connection;
  message.envelope.to.role = Role::broker;
  message.word = std::move(word);
  say(stage_, *this, std::move(message));
}

}  // namespace argosy::sim
