#include "tests/sim/stage.h"

#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy::sim {

Frames pack(const Message& message) { return {encode_envelope(message.envelope), encode_body(message.word)}; }

std::optional<Message> unpack(const Frames& frames) {
  const auto envelope = decode_envelope(frames.envelope);
  if (!envelope.ok()) return std::nullopt;
  auto word = decode_body(envelope->word, frames.body);
  if (!word.ok()) return std::nullopt;
  return Message{*envelope, std::move(*word)};
}

void say(Stage& stage, Party& party, Message message) {
  message.envelope.word = word_of(message.word);
  Frames frames = pack(message);
  message.envelope.from = {party.role(), party.name(), message.envelope.connection};
  stage.journal.mix(frames.body);
  stage.witnesses.tell([&](Witness& witness) { witness.said(party.label(), message); });
  if (stage.journal.wants_text()) stage.note(party.label() + " says " + to_text(message));
  stage.network.send_up(party, std::move(frames));
}

std::optional<Message> hear(Stage& stage, Party& party, const Frames& frames) {
  std::optional<Message> message = unpack(frames);
  if (!message) {
    const auto envelope = decode_envelope(frames.envelope);
    const auto word = envelope.ok() ? decode_body(envelope->word, frames.body) : Decoded<Word>(envelope.error());
    stage.witnesses.report("codec", party.title() + " cannot decode what the broker sent: " + word.error().message);
    return std::nullopt;
  }
  stage.witnesses.tell([&](Witness& witness) { witness.heard(party.label(), *message); });
  if (stage.journal.wants_text()) stage.note(party.label() + " hears " + to_text(*message));
  return message;
}

}  // namespace argosy::sim
