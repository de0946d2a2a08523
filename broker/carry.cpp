// Words between masters, workers and clients, carried unread. protocol.md, "Sessions", routing.
#include <utility>

#include "broker/turn.h"

namespace argosy::broker {

void Machine::Turn::carry(const MessageCame& message, Connection& speaker, BodyHandle body) {
  Connection* hearer = find_hearer(message, speaker);
  if (hearer == nullptr) return;
  Envelope envelope = message.envelope;
  envelope.version = protocol_version;
  envelope.epoch = std::get<Serving>(state_.reign).epoch;
  envelope.from = {speaker.role, speaker.name, speaker.id};
  envelope.to = {hearer->role, hearer->name, hearer->id};
  hearer->said = now_;
  count(Count::relayed);
  out_.out.push_back({hearer->peer, std::move(envelope), body});
}

// Null: nobody, and that is counted, and told where the speaker would not learn of it otherwise.
Connection* Machine::Turn::find_hearer(const MessageCame& message, Connection& speaker) {
  switch (message.envelope.to.role) {
    case Role::master:
      return find_master(message, speaker);
    case Role::worker:
      return find_worker(message, speaker);
    case Role::operator_:
    case Role::submitter:
    case Role::viewer:
      return find_client(message);
    case Role::none:
    case Role::broker:
      break;
  }
  return nullptr;  // Refused, said to the broker: nothing follows from it
}

Connection* Machine::Turn::find_master(const MessageCame& message, Connection& speaker) {
  const ShardId shard = message.envelope.reign.shard;
  const std::string& name = message.envelope.to.name;
  Connection* master = nullptr;
  if (!name.empty()) {
    master = state_.presence.of_name(Role::master, name);
  } else if (const Routes::Reign* reign = state_.routes.of(shard)) {
    master = state_.presence.of_id(reign->master);
  }
  if (master != nullptr) return master;
  if (is_client(speaker.role)) {
    const std::string trouble = catalog_trouble(state_);
    refuse(message, Refusal::unreachable,
           "no master holds shard " + std::to_string(shard.value) + " now: say it again later" +
               (trouble.empty() ? "" : " (" + trouble + ")"));
  } else {
    count(Count::dropped_no_holder);
  }
  return nullptr;
}

Connection* Machine::Turn::find_worker(const MessageCame& message, Connection& speaker) {
  const ShardTerm& reign = message.envelope.reign;
  if (!state_.routes.holds(speaker.id, reign)) {
    refuse(message, Refusal::old_term,
           "shard " + std::to_string(reign.shard.value) + " is not held at term " +
               std::to_string(reign.term.value) + " on this connection");
    return nullptr;
  }
  Connection* worker = state_.presence.of_name(Role::worker, message.envelope.to.name);
  if (worker != nullptr && worker->id == message.envelope.to.connection) return worker;
  count(Count::dropped_old_session);
  return nullptr;
}

Connection* Machine::Turn::find_client(const MessageCame& message) {
  Connection* client = state_.presence.of_id(message.envelope.to.connection);
  if (client != nullptr && client->role == message.envelope.to.role) return client;
  count(Count::dropped_old_session);
  return nullptr;
}

}  // namespace argosy::broker
