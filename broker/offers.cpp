// Offers, room, and what they make together. protocol.md, "Offers".
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/turn.h"

namespace argosy::broker {

namespace {

// So that a Claim stays far below the largest message.
constexpr std::size_t kClaimsPerWord = 4096;

Refusal refusal_of(QueueRefusal refusal) {
  switch (refusal) {
    case QueueRefusal::unknown_class:
    case QueueRefusal::class_differs:
      return Refusal::invalid;
    default:
      return Refusal::busy;
  }
}

// What a Publish was told, in one text: how much of it was refused, and the first reason.
class Tally {
 public:
  void note(QueueRefusal refusal) {
    if (refusal == QueueRefusal::none) return;
    if (refused_++ == 0) first_ = refusal;
  }
  std::size_t refused() const { return refused_; }
  QueueRefusal first() const { return first_; }
  std::string text(std::size_t of) const {
    return std::to_string(refused_) + " of " + std::to_string(of) +
           " offers and classes were not taken in: " + std::string(to_text(first_)) +
           "; publish what is not claimed again";
  }

 private:
  std::size_t refused_ = 0;
  QueueRefusal first_ = QueueRefusal::none;
};

std::string not_holder(const ShardTerm& reign) {
  return "shard " + std::to_string(reign.shard.value) + " is not held at term " +
         std::to_string(reign.term.value) + " on this connection";
}

}  // namespace

void Machine::Turn::publish(const MessageCame& message, Connection& master, const Publish& publish) {
  const ShardTerm& reign = message.envelope.reign;
  if (!state_.routes.holds(master.id, reign)) return refuse(message, Refusal::old_term, not_holder(reign));
  const std::size_t before = state_.queue.size();
  Tally tally;
  for (const OfferClass& each : publish.classes) tally.note(state_.queue.define(reign.shard, each));
  for (const Offer& each : publish.offers) tally.note(state_.queue.add(reign.shard, each));
  count(Count::offers_taken_in, state_.queue.size() - before);
  if (tally.refused() > 0) {
    refuse(message, refusal_of(tally.first()), tally.text(publish.classes.size() + publish.offers.size()));
  }
}

void Machine::Turn::withdraw(const MessageCame& message, Connection& master, const Withdraw& withdraw) {
  const ShardTerm& reign = message.envelope.reign;
  if (!state_.routes.holds(master.id, reign)) return refuse(message, Refusal::old_term, not_holder(reign));
  for (const ItemRef& item : withdraw.items) {
    if (state_.queue.withdraw(reign.shard, item)) count(Count::offers_withdrawn);
  }
}

void Machine::Turn::credit(Connection& worker, const Credit& credit) {
  for (const ItemRef& item : credit.freed) {
    if (!state_.matcher.free(worker.id, item)) count(Count::dropped_not_held);
  }
  state_.matcher.set_prefetch(worker.id, credit.prefetch, credit.draining);
  if (credit.draining == worker.draining) return;
  worker.draining = credit.draining;
  tell_presence(worker, PresenceChange::here);
}

void Machine::Turn::declined(const Declined& declined) {
  for (const ItemClaim& claim : declined.claims) {
    const Connection* worker = state_.presence.of_id(claim.connection);
    const bool current = worker != nullptr && worker->role == Role::worker && worker->name == claim.worker;
    if (!current || !state_.matcher.free(worker->id, claim.item)) count(Count::dropped_not_held);
  }
}

void Machine::Turn::match() {
  if (!state_.matcher.wanted()) return;
  std::vector<Match> matches;
  state_.matcher.match(matches);
  count(Count::offers_matched, matches.size());

  const auto say = [&](ShardId shard, Claim& claim) {
    const Routes::Reign* reign = state_.routes.of(shard);
    CHECK(reign != nullptr);  // offers go with the holder that made them
    send(*state_.presence.of_id(reign->master), std::exchange(claim, {}), {shard, reign->term});
  };
  std::map<ShardId, Claim> claims;
  for (const Match& match : matches) {
    const Connection& worker = *state_.presence.of_id(match.worker);
    Claim& claim = claims[match.shard];
    claim.claims.push_back({match.item, worker.name, worker.session, worker.id});
    if (claim.claims.size() == kClaimsPerWord) say(match.shard, claim);
  }
  for (auto& [shard, claim] : claims) {
    if (!claim.claims.empty()) say(shard, claim);
  }
}

}  // namespace argosy::broker
