#include "broker/machine.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/turn.h"

namespace argosy::broker {

namespace {

// An epoch is counted up by one for each reign; a leap beyond this is not one that any broker made.
constexpr std::uint64_t kEpochLeap = 1ull << 32;

}  // namespace

Machine::Machine(Options options) : options_(std::move(options)), state_(options_) {}
Machine::~Machine() = default;

void Machine::step(Now now, const Event& event, Effects& out) {
  // Who slept cannot say who was silent.
  if (stepped_at_ + options_.takeover_after / 2 < now.steady) state_.watch.forgive(now.steady);
  stepped_at_ = now.steady;
  Turn turn(options_, state_, now, out);
  std::visit([&](const auto& each) { turn.on(each); }, event);

  const bool serving = std::holds_alternative<Serving>(state_.reign);
  CHECK(serving || (state_.presence.size() == 0 && state_.queue.size() == 0));
  CHECK(state_.presence.size() <= options_.max_connections && state_.queue.size() <= options_.max_offers);
  CHECK(state_.matcher.workers() <= state_.presence.size());
  CHECK(state_.refused_peers.size() <= options_.max_connections);
}

std::optional<Time> Machine::deadline() const {
  if (std::holds_alternative<Idle>(state_.reign)) return std::nullopt;
  std::optional<Time> next;
  const auto wants = [&](const std::optional<Time>& when) {
    if (when && (!next || *when < *next)) next = when;
  };
  if (!options_.peers.empty()) {
    wants(state_.beat_at);
    if (std::holds_alternative<Watching>(state_.reign)) wants(state_.watch.rise_at(stepped_at_));
    if (const auto* leaving = std::get_if<Leaving>(&state_.reign); leaving != nullptr && leaving->left) {
      wants(leaving->until);
    }
  }
  if (!std::holds_alternative<Serving>(state_.reign)) return next;
  if (state_.matcher.wanted()) return stepped_at_;
  wants(state_.presence.next_look());
  wants(report_due(options_, state_));
  return next;
}

void Machine::audit() const {
  state_.presence.audit();
  state_.queue.audit();
  state_.matcher.audit();
  std::size_t workers = 0;
  for (const auto& [id, connection] : state_.presence.all())
    workers += connection.role == Role::worker ? 1 : 0;
  CHECK(workers == state_.matcher.workers());
}

void Machine::Turn::on(const Start& start) {
  CHECK(std::holds_alternative<Idle>(state_.reign));
  state_.known = start.highest;
  state_.endpoint = start.endpoint;
  take_roster(start.roster);
  out_.roster.reset();  // the gate has it
  state_.watch.begin(now_);
  state_.beat_at = now_;
  if (options_.peers.empty()) return rise(Rising::Stage::storing);
  happen(Happening::started);
}

void Machine::Turn::on(const MessageCame& message) {
  if (std::holds_alternative<Idle>(state_.reign)) return;
  if (message.identity.role == Role::broker) return broker_came(message);
  if (message.via == Via::peers) {
    return refuse(message, Refusal::not_active, "this address is for brokers: connect to the virtual endpoint");
  }
  Connection* connection = state_.presence.of_peer(message.peer);
  if (connection != nullptr && (connection->role != message.identity.role ||
                                connection->name != message.identity.name || !message.identity.enabled)) {
    leave(*connection, PresenceChange::closed);
    connection = nullptr;
  }
  if (!admit(message, connection)) return;
  if (const auto* broken = std::get_if<Undecodable>(&message.body))
    return refuse(message, broken->reason, broken->where);
  if (const auto* word = std::get_if<Word>(&message.body)) return on_word(message, connection, *word);
  if (!is_for_broker(message.envelope))
    return carry(message, *connection, std::get<Opaque>(message.body).handle);
}

// The one door.
bool Machine::Turn::admit(const MessageCame& message, Connection* connection) {
  const auto turned_away = [&](const std::optional<DoorRefusal>& refusal) {
    if (refusal) refuse(message, refusal->reason, refusal->text);
    return refusal.has_value();
  };
  if (turned_away(ask_right(message.identity, message.envelope))) return false;

  const auto* serving = std::get_if<Serving>(&state_.reign);
  if (serving == nullptr) {
    refuse(message, Refusal::not_active, "this broker does not serve yet: say it again later");
    return false;
  }
  const Epoch& seen = message.envelope.epoch;
  if (seen > serving->epoch) {
    if (seen.number > serving->epoch.number + kEpochLeap) {
      refuse(message, Refusal::invalid, "no broker ever reigned in epoch " + std::to_string(seen.number));
    } else if (is_client(message.identity.role)) {
      refuse(message, Refusal::not_active, "this broker's epoch is lower than the one that you know: connect anew");
    } else {
      meet_higher(seen);
      const bool stays = std::holds_alternative<Rising>(state_.reign);
      refuse(message, Refusal::not_active,
             stays ? "this broker rises above the epoch that you know: say Hello again"
                   : "this broker steps down: connect anew");
    }
    return false;
  }
  if (message.envelope.word == Hello::word) return true;
  if (turned_away(ask_connection(message.envelope, connection, serving->epoch))) return false;
  connection->heard = now_;
  connection->spoke = true;
  if (connection->untold) {
    refuse(message, Refusal::no_hello, "more words were refused than could be told: say Hello again, and repeat what is unanswered");
    return false;
  }
  if (is_client(connection->role) && !connection->words.take(now_, options_.client_words_per_second)) {
    refuse(message, Refusal::busy, "client_words_per_second: say it again later");
    return false;
  }
  return true;
}

// The table of contents: every word that is for the broker.
void Machine::Turn::on_word(const MessageCame& message, Connection* connection, const Word& word) {
  if (const auto* it = std::get_if<Hello>(&word)) return hello(message, connection, *it);
  if (std::holds_alternative<Bye>(word)) return bye(*connection);
  if (const auto* it = std::get_if<Ping>(&word)) return send(*connection, Pong{it->nonce});
  if (const auto* it = std::get_if<Holding>(&word)) return holding(*connection, *it);
  if (const auto* it = std::get_if<Roster>(&word)) return roster(message, *connection, *it);
  if (connection->other_catalog) return count(Count::dropped_other_catalog);
  if (const auto* it = std::get_if<Endpoint>(&word)) return endpoint(message, *it);
  if (const auto* it = std::get_if<Switchover>(&word)) return switchover(message, *it);
  if (const auto* it = std::get_if<Publish>(&word)) return publish(message, *connection, *it);
  if (const auto* it = std::get_if<Withdraw>(&word)) return withdraw(message, *connection, *it);
  if (const auto* it = std::get_if<Credit>(&word)) return credit(*connection, *it);
  if (const auto* it = std::get_if<Declined>(&word)) return declined(*it);
  CHECK(!"a word for the broker that it does not know");
}

void Machine::Turn::on(const RubbishCame& rubbish) {
  if (std::holds_alternative<Idle>(state_.reign)) return;
  refuse(rubbish.peer, rubbish.identity, {}, rubbish.reason, rubbish.where);
}

void Machine::Turn::on(const PeerGone& gone) {
  if (Connection* connection = state_.presence.of_peer(gone.peer)) {
    count(Count::gone_without_bye);
    leave(*connection, PresenceChange::closed);
  }
  state_.refused_peers.erase(gone.peer);
}

void Machine::Turn::on(const SendFailed& failed) {
  count(Count::dropped_full);
  if (Connection* connection = state_.presence.of_peer(failed.peer))
    leave(*connection, PresenceChange::closed);
}

void Machine::Turn::on(const IdentitiesChanged& changed) {
  for (const auto& [peer, identity] : changed.peers) {
    Connection* connection = state_.presence.of_peer(peer);
    if (connection == nullptr) continue;
    if (identity.enabled && identity.role == connection->role && identity.name == connection->name) continue;
    leave(*connection, PresenceChange::closed);
    refuse(peer, identity, {}, Refusal::not_enabled, "the roster changed: this key is not enabled as before");
  }
}

void Machine::Turn::on(const GateReported& report) {
  state_.refused_keys = report.refused;
  state_.transport = report.counters;
  if (report.news) state_.report_wanted = true;
}

void Machine::Turn::on(const Tick&) {
  look_around();
  if (!std::holds_alternative<Serving>(state_.reign)) return;
  for (const ConnectionId id : state_.presence.take_due(now_)) look(*state_.presence.of_id(id));
  match();
  if (const auto due = report_due(options_, state_); due && *due <= now_) report();
}

void Machine::Turn::on(const broker::Stop&) {
  if (!options_.peers.empty()) return happen(Happening::stop);
  for (const auto& [id, connection] : state_.presence.all())
    send(*state_.presence.of_id(id), Bye{"the broker stops"});
  end();
}

void Machine::Turn::send(Connection& to, Word word, ShardTerm reign) {
  Envelope envelope;
  envelope.word = std::visit([](const auto& each) { return each.word; }, word);
  envelope.epoch = std::get<Serving>(state_.reign).epoch;
  envelope.reign = reign;
  envelope.to = {to.role, to.name, to.id};
  envelope.from = {Role::broker, options_.name, {}};
  to.said = now_;
  out_.out.push_back({to.peer, std::move(envelope), std::move(word)});
}

void Machine::Turn::send_masters(const Word& word) {
  for (const ConnectionId id : state_.presence.masters()) send(*state_.presence.of_id(id), word);
}

// At the end of a reign nobody needs to hear who else is gone.
void Machine::Turn::forget_all() {
  const std::size_t said = out_.out.size();
  while (state_.presence.size() > 0) forget(*state_.presence.of_id(state_.presence.all().begin()->first));
  out_.out.resize(said);
}

// Counts always; tells as often as that peer may be told.
void Machine::Turn::refuse(PeerId peer, const Identity& identity, const Envelope& refused, Refusal reason,
                           std::string text, std::string request) {
  count(count_of(reason));
  const bool known = state_.refused_peers.contains(peer);
  const bool may_tell = known || state_.refused_peers.size() < options_.max_connections;
  if (!may_tell || !state_.refused_peers[peer].take(now_, options_.refusals_per_second)) {
    Connection* connection = state_.presence.of_peer(peer);
    if (connection != nullptr && is_client(connection->role)) connection->untold = true;
    return count(Count::refusals_untold);
  }
  Envelope envelope;
  envelope.word = Refused::word;
  if (const auto* serving = std::get_if<Serving>(&state_.reign)) envelope.epoch = serving->epoch;
  envelope.reign = refused.reign;
  envelope.to = {identity.role, identity.name, refused.connection};
  envelope.from = {Role::broker, options_.name, {}};
  out_.out.push_back(
      {peer, std::move(envelope), Refused{refused.word, reason, std::move(text), std::move(request), {}}});
}

void Machine::Turn::refuse(const MessageCame& message, Refusal reason, std::string text) {
  const auto* opaque = std::get_if<Opaque>(&message.body);
  refuse(message.peer, message.identity, message.envelope, reason, std::move(text),
         opaque == nullptr ? "" : opaque->request);
}

}  // namespace argosy::broker
