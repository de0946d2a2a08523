#include "tests/sim/stage.h"

#include "base/check.h"
#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy::sim {
namespace {

// Where the release before this one stops: the catalog's incarnation came later, the last field of these.
std::uint64_t* later_field(Word& word) {
  if (auto* hello = std::get_if<Hello>(&word)) return &hello->incarnation;
  if (auto* holding = std::get_if<Holding>(&word)) return &holding->incarnation;
  if (auto* roster = std::get_if<Roster>(&word)) return &roster->incarnation;
  if (auto* renew = std::get_if<Renew>(&word)) return &renew->incarnation;
  if (auto* granted = std::get_if<Granted>(&word)) return &granted->incarnation;
  if (auto* inventory = std::get_if<Inventory>(&word)) return &inventory->incarnation;
  return nullptr;
}

// The same array of fields without its last one, which is 0.
void leave_out_last(std::string& body) {
  CHECK((body.front() & 0xf0) == 0x90 && body.back() == 0);
  body.pop_back();
  --body.front();
}

}  // namespace

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
  std::uint64_t* const later = party.release == Release::previous ? later_field(message.word) : nullptr;
  if (later != nullptr) *later = 0;
  Frames frames = pack(message);
  if (later != nullptr) leave_out_last(frames.body);
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
  if (party.release == Release::previous) {
    if (std::uint64_t* const later = later_field(message->word)) *later = 0;
  }
  stage.witnesses.tell([&](Witness& witness) { witness.heard(party.label(), *message); });
  if (stage.journal.wants_text()) stage.note(party.label() + " hears " + to_text(*message));
  return message;
}

}  // namespace argosy::sim
