#include "master/machine.h"

#include <algorithm>

#include "base/check.h"
#include "base/counted.h"
#include "master/batches.h"
#include "master/claims.h"
#include "master/fleet.h"
#include "master/graph.h"
#include "master/link.h"
#include "master/orders.h"
#include "master/reconcile.h"
#include "master/results.h"
#include "master/share.h"
#include "master/state.h"
#include "master/step.h"
#include "master/value_reads.h"
#include "master/watches.h"

namespace argosy::master {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// -- The door.

std::optional<Ignored> ignore_message(const State& state, const Message& message) {
  if (message.envelope.version > protocol_version + 1) return Ignored::wrong_version;
  if (!state.link.up) return Ignored::no_welcome;
  const bool welcome = std::holds_alternative<Welcome>(message.word);
  if (message.envelope.epoch < state.link.epoch) return Ignored::old_epoch;
  if (welcome || std::holds_alternative<Refused>(message.word)) return std::nullopt;
  if (!state.link.welcome) return Ignored::no_welcome;
  // What was said to an earlier connection of ours and is heard only now: who is where has changed since.
  const ConnectionId to = message.envelope.to.connection;
  if (to != ConnectionId{} && to != state.link.connection) return Ignored::old_connection;
  return std::nullopt;
}

// A worker's word about a shard. nullptr: it changes nothing.
Shard* shard_of(Step& step, const Envelope& envelope) {
  if (envelope.from.role != Role::worker) return step.ignore(Ignored::wrong_role), nullptr;
  const auto it = step.state.shards.find(envelope.reign.shard);
  if (it == step.state.shards.end()) return step.ignore(Ignored::other_shard), nullptr;
  if (envelope.reign.term != it->second->reign.term) return step.ignore(Ignored::other_term), nullptr;
  return it->second.get();
}

// Of words that need a reconciled session. `own`: only for the present one.
bool is_current(Step& step, WorkerIndex index, const Envelope& envelope, SessionId session, bool own) {
  if (index == no_worker) return step.ignore(Ignored::unknown_worker), false;
  const Worker& worker = *step.state.workers[index];
  if (!worker.online || worker.presence.connection != envelope.from.connection) {
    return step.ignore(Ignored::old_connection), false;
  }
  if (own && worker.presence.session != session) return step.ignore(Ignored::old_session), false;
  return true;
}

template <class W, class F>
void of_worker(Step& step, const Envelope& envelope, W& word, bool own, F handle) {
  Shard* shard = shard_of(step, envelope);
  if (shard == nullptr) return;
  const WorkerIndex index = find_worker(step.state, envelope.from.name);
  if (is_current(step, index, envelope, word.session, own)) handle(*shard, index);
}

template <class W, class F>
void of_arriving(Step& step, const Envelope& envelope, const W&, F handle) {
  if (Shard* shard = shard_of(step, envelope)) handle(*shard, worker_index(step, envelope.from.name));
}

void on_claim_word(Step& step, const Envelope& envelope, Claim&& word) {
  const auto it = step.state.shards.find(envelope.reign.shard);
  if (it == step.state.shards.end()) {
    step.ignore(Ignored::other_shard);
    return say_to_broker(step, Declined{std::move(word.claims)});
  }
  on_claim(step, *it->second, std::move(word.claims));
}

void refuse_misplaced(Step& step, const Envelope& envelope) {
  step.ignore(Ignored::not_for_masters);
  if (envelope.from.role == Role::broker || envelope.from.role == Role::worker) return;
  refuse(step, envelope.from, envelope.word, {}, Refusal::not_allowed, "not a word for a master");
}

void on_heard(Step& step, Message&& message) {
  step.state.link.heard_at = step.now.steady;
  if (const auto reason = ignore_message(step.state, message)) return step.ignore(*reason);
  const Envelope& from = message.envelope;
  std::visit(
      Overloaded{
          [&](Welcome& w) { on_welcome(step, from, w); },
          [&](Holders& w) { on_holders(step, w.holders); },
          [&](Endpoint& w) { on_endpoint(step, std::move(w)); },
          [&](Refused& w) { on_refused(step, w); },
          [&](Ping& w) { say_to_broker(step, Pong{w.nonce}); },
          [&](Pong&) {},
          [&](Bye&) {},
          [&](Presence& w) { on_presence(step, w); },
          [&](BrokerReport& w) { step.state.brokers[w.broker] = std::move(w); },
          [&](Claim& w) { on_claim_word(step, from, std::move(w)); },
          [&](Renew& w) { of_arriving(step, from, w, [&](Shard& s, WorkerIndex i) { on_renew(step, s, i, from.from.connection, w); }); },
          [&](Inventory& w) { of_arriving(step, from, w, [&](Shard& s, WorkerIndex i) { on_inventory(step, s, i, from.from.connection, w); }); },
          [&](Started& w) { of_worker(step, from, w, true, [&](Shard& s, WorkerIndex i) { on_started(step, s, i, w); }); },
          [&](Log& w) { of_worker(step, from, w, false, [&](Shard& s, WorkerIndex i) { on_log(step, s, i, std::move(w)); }); },
          [&](Finished& w) { of_worker(step, from, w, false, [&](Shard& s, WorkerIndex i) { on_finished(step, s, i, std::move(w)); }); },
          [&](Return& w) { of_worker(step, from, w, true, [&](Shard& s, WorkerIndex i) { on_return(step, s, i, w); }); },
          [&](Watch& w) { on_watch(step, from.from, w, false); },
          [&](auto&) { refuse_misplaced(step, from); },
      },
      message.word);
}

// -- Taking a shard.

void on_adopted(Step& step, Adopted&& event) {
  const ShardTerm reign = event.snapshot.reign;
  State& state = step.state;
  state.link.taking.erase(reign.shard);
  state.link.vacant.erase(reign.shard);
  on_shard_taken(step, reign.shard);
  const auto old = state.shards.find(reign.shard);
  if (old != state.shards.end() && old->second->reign.term >= reign.term) return step.ignore(Ignored::stale_adoption);
  auto shard = std::make_unique<Shard>();
  shard->reign = reign;
  shard->adopted_at = step.now.steady;
  shard->adopted_wall = step.now.wall;
  shard->lease = event.lease.us > 0 ? std::min(event.lease, state.limits.lease) : state.limits.lease;
  shard->grace = event.grace.us > 0 ? std::min(event.grace, state.limits.catalog_grace) : state.limits.catalog_grace;
  shard->former_grace = event.grace.us > 0 ? event.grace : state.limits.catalog_grace;
  shard->incarnation = state.incarnation = event.incarnation;
  shard->ledger.confirmed = true;  // the read came after the commit that raised the term
  shard->ledger.confirmed_at = step.now.steady;
  Shard& place = *(state.shards[reign.shard] = std::move(shard));
  for (const ActiveExecution& active : event.snapshot.executions) resume_execution(step, place, active);
  open_batch(step, place).batch->operations.push_back(
      {step.now.wall, "master " + state.self.name, "shard.adopt", "shard " + std::to_string(reign.shard.value),
       "term " + std::to_string(reign.term.value) + ", " + counted(event.snapshot.executions.size(), "execution")});
  say_holding(step);
}

// -- Leaving. What is gathered by then is committed; what comes behind is said again to whoever takes the shard.

void on_shut_down(Step& step) {
  if (step.state.shutting_down) return;
  step.state.shutting_down = true;
  for (auto& [id, shard] : step.state.shards) {
    shard->window.forget_offers();
    close_batch(*shard);
    shard->last_batches = shard->ledger.queue.size();
  }
}

void leave_if_done(Step& step) {
  State& state = step.state;
  if (!state.shutting_down || state.over) return;
  for (const auto& [id, shard] : state.shards) {
    if (shard->last_batches > 0 && !shard->ledger.queue.empty() && !shard->ledger.away_since) return;
  }
  for (const auto& [id, shard] : state.shards) refuse_waiting(step, *shard);
  say_holding(step);
  say_to_broker(step, Bye{"stopping"});
  state.over = true;
  step.out.over = true;
}

// -- After each event.

void offer_ready(Step& step, Shard& shard) {
  if (!step.state.link.welcome || step.state.shutting_down || shard.window.idle()) return;
  if (step.state.link.publish_after) return;
  const Limits& limits = step.state.limits;
  Publish publish;
  Withdraw withdraw;
  shard.window.fill({limits.offers_per_class, limits.offers_per_group, limits.classes}, publish, withdraw);
  if (!withdraw.items.empty()) say_for(step, shard, std::move(withdraw));
  if (!publish.offers.empty()) say_for(step, shard, std::move(publish));
}

void invariants(const State& state) {
  for (const auto& [id, shard] : state.shards) {
    const Ledger& ledger = shard->ledger;
    CHECK(!ledger.in_flight || !ledger.queue.empty());
    CHECK(!ledger.in_flight || ledger.queue.front().sealed);
    CHECK(shard->window.offered() <= state.limits.offers_per_class * state.limits.classes);
  }
}

}  // namespace

Machine::Machine(Self self, Limits limits, Rng rng, Sealer* sealer, PlantedBugs bugs)
    : state_(new State{.self = std::move(self), .limits = limits, .bugs = bugs, .rng = rng, .sealer = sealer}) {
  CHECK(is_lost_after_the_end(limits));
}

Machine::~Machine() = default;

void Machine::step(Now now, Event event, Effects& out) {
  Step step{*state_, now, out};
  std::visit(Overloaded{
                 [&](LinkUp&) { on_link_up(step); },
                 [&](LinkDown&) { on_link_down(step); },
                 [&](Heard& e) { on_heard(step, std::move(e.message)); },
                 [&](Settled& e) { on_settled(step, e); },
                 [&](Adopted& e) { on_adopted(step, std::move(e)); },
                 [&](TakeFailed& e) { on_take_failed(step, e); },
                 [&](CatalogWaits& e) { on_catalog_waits(step, e); },
                 [&](ValuesRead& e) { on_values(step, e); },
                 [&](Admit& e) { on_admit(step, std::move(e)); },
                 [&](WatchRequest& e) { on_watch(step, e.client, e.watch, true); },
                 [&](DeskOrder& e) { on_order(step, std::move(e)); },
                 [&](Tick&) {},
                 [&](ShutDown&) { on_shut_down(step); },
             },
             event);
  tick_link(step);
  tick_watches(step);
  for (auto& [id, shard] : state_->shards) {
    tick_backoffs(step, *shard);
    tick_lost(step, *shard);
    tick_values(step, *shard);
    tick_batches(step, *shard);
    offer_ready(step, *shard);
    send_batch(step, *shard);
  }
  leave_if_done(step);
  invariants(*state_);
}

std::optional<Time> Machine::deadline() const {
  std::optional<Time> when = link_deadline(*state_);
  const auto sooner = [&](std::optional<Time> t) {
    if (t) when = when ? std::min(*when, *t) : *t;
  };
  if (!state_->watches.due.empty()) sooner(state_->watches.due.begin()->first);
  for (const auto& [id, shard] : state_->shards) {
    sooner(batches_deadline(*state_, *shard));
    sooner(lost_deadline(*shard));
    if (!shard->backoffs.empty()) sooner(shard->backoffs.begin()->first);
    if (!shard->value_retries.empty()) sooner(shard->value_retries.begin()->first);
  }
  return when;
}

bool Machine::ready() const { return state_->link.welcome && !state_->link.other_catalog && !state_->shards.empty(); }

std::string Machine::pending() const {
  std::string text;
  for (const auto& [id, shard] : state_->shards) {
    for (const auto& [exec, execution] : shard->executions) {
      const TaskCounts c = counts_of(*execution);
      text += "execution " + std::to_string(exec.value) + " (" + std::string(to_string(execution->status)) + "): " +
              std::to_string(c.waiting) + " waiting, " + std::to_string(c.ready) + " ready, " + std::to_string(c.running) +
              " running\n";
    }
    if (shard->ledger.admissions > 0) text += std::to_string(shard->ledger.admissions) + " submits wait for their commit\n";
  }
  return text;
}

}  // namespace argosy::master
