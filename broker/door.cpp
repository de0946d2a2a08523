#include "broker/door.h"

#include "base/text.h"
#include "schemas/names.h"
#include "schemas/rights.h"

namespace argosy::broker {

namespace {

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

}  // namespace

bool is_for_broker(const Envelope& envelope) {
  return to_broker(envelope.word) && envelope.word != Refused::word;
}

std::optional<DoorRefusal> ask_right(const Identity& identity, const Envelope& envelope) {
  if (!identity.enabled) {
    const std::string who =
        identity.name.empty() ? "this key is not on the roster" : identity.name + " is not enabled";
    return DoorRefusal{Refusal::not_enabled, who + "; an operator enables it"};
  }
  if (envelope.version == 0 || envelope.version > protocol_version) {
    return DoorRefusal{Refusal::version, "protocol version " + number(envelope.version) +
                                             " is not spoken here, " + number(protocol_version) + " is"};
  }
  if (right_of(envelope.word) == nullptr) {
    return DoorRefusal{Refusal::unknown_word, "no word has the number " + number(envelope.word)};
  }
  const Role hearer = is_for_broker(envelope) ? Role::broker : envelope.to.role;
  if (!may_say_to(identity.role, envelope.word, hearer)) {
    return DoorRefusal{Refusal::not_allowed, std::string(word_name(envelope.word)) + " is not for the role of " +
                                                 identity.name + " to say, or not to that role"};
  }
  return std::nullopt;
}

std::optional<DoorRefusal> ask_connection(const Envelope& envelope, const Connection* connection,
                                          const Epoch& epoch) {
  if (connection == nullptr || connection->id != envelope.connection) {
    return DoorRefusal{Refusal::no_hello,
                       "connection " + number(envelope.connection.value) + " is not current: say Hello"};
  }
  if (envelope.epoch < epoch) {
    return DoorRefusal{Refusal::old_epoch, "epoch " + number(envelope.epoch.number) + " is over, " +
                                               number(epoch.number) + " is current: take it from Welcome"};
  }
  return std::nullopt;
}

std::optional<DoorRefusal> ask_hello(const Identity& identity, const Hello& hello, const Options& options) {
  if (hello.session == SessionId{})
    return DoorRefusal{Refusal::invalid, "Hello.session is 0: draw one from 1 … 2^63-1"};
  if (is_client(identity.role)) return std::nullopt;
  if (hello.host.machine_id.empty()) {
    return DoorRefusal{Refusal::invalid, "Hello.host.machine_id is empty: twins could not be told apart"};
  }
  if (hello.held.size() > options.items_per_worker) {
    return DoorRefusal{Refusal::busy, "items_per_worker: " + number(hello.held.size()) + " items are held, " +
                                          number(options.items_per_worker) + " are the most"};
  }
  return std::nullopt;
}

}  // namespace argosy::broker
