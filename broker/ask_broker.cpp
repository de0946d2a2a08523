#include "broker/ask_broker.h"

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "fabric/client_socket.h"
#include "fabric/clock.h"
#include "fabric/poll.h"
#include "schemas/codec.h"
#include "schemas/words.h"

namespace argosy::broker {

namespace {

std::string told(fabric::HandshakeRefusal refusal) {
  switch (refusal) {
    case fabric::HandshakeRefusal::by_gate:
      return "does not take the endpoint's key for a broker's: its configuration has no peers";
    case fabric::HandshakeRefusal::no_answer:
      return "has another endpoint key, or hangs";
    case fabric::HandshakeRefusal::protocol:
    case fabric::HandshakeRefusal::none:
      break;
  }
  return "is no broker";
}

void ask(fabric::ClientSocket& socket) {
  Envelope envelope;
  envelope.word = Beat::word;
  envelope.to.role = Role::broker;
  std::array<fabric::Frame, 2> frames{fabric::Frame(encode_envelope(envelope)), fabric::Frame(encode_body(Beat{}))};
  (void)socket.send(frames);
}

// Nothing: there is no whole word yet.
std::optional<Word> next_word(fabric::ClientSocket& socket) {
  fabric::Frames frames;
  while (socket.receive(frames)) {
    if (frames.size() != 2) continue;
    const auto envelope = decode_envelope(frames[0].view());
    if (!envelope) continue;
    auto word = decode_body(envelope->word, frames[1].view());
    if (word) return std::move(*word);
  }
  return std::nullopt;
}

}  // namespace

Result<BrokerAnswer> ask_broker(const std::string& endpoint, const fabric::KeyPair& keys, Duration within) {
  fabric::Context context;
  fabric::ClientOptions options;
  options.endpoint = endpoint;
  options.server_key = keys.public_key;
  options.keys = keys;
  options.linger = Duration{};
  const auto socket = fabric::ClientSocket::connect(context, options);
  if (!socket) return socket.error();
  fabric::PollSet polls;
  polls.add(**socket);
  const Time until = fabric::read_steady() + within;
  Time asked = until;
  std::vector<fabric::Readiness> ready;
  while (fabric::read_steady() < until) {
    polls.wait(until, ready);
    std::vector<fabric::ClientEvent> events;
    (*socket)->take_events(fabric::read_steady(), events);
    for (const fabric::ClientEvent& event : events) {
      if (event.kind == fabric::ClientEventKind::handshake_refused) return Error{endpoint + ": " + told(event.refusal)};
      if (event.kind != fabric::ClientEventKind::connected) continue;
      asked = fabric::read_steady();
      ask(**socket);
    }
    const auto word = next_word(**socket);
    if (!word) continue;
    if (const auto* beat = std::get_if<Beat>(&*word)) return BrokerAnswer{*beat, fabric::read_steady() - asked};
    if (const auto* refused = std::get_if<Refused>(&*word)) return Error{endpoint + ": refuses the question: " + refused->text};
  }
  return Error{endpoint + ": no answer within " + std::to_string(within.us / 1000) + " ms"};
}

}  // namespace argosy::broker
