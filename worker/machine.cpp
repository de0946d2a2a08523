#include "worker/machine.h"

#include <algorithm>

#include "base/check.h"

namespace argosy::worker {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace

Machine::Machine(Limits limits, Identity identity, Epoch highest_epoch, std::vector<SpooledAttempt> spooled,
                 PlantedBugs bugs)
    : limits_(std::move(limits)),
      identity_(std::move(identity)),
      bugs_(bugs),
      state_{.link = Offline{},
             .highest_epoch = std::move(highest_epoch),
             .heard_at = {},
             .shards = {},
             .attempts = {},
             .fetches = {},
             .slots = Slots(limits_.capacity),
             .prefetch = Prefetch(limits_.prefetch_most, limits_.prefetch_horizon),
             .incarnation = identity_.incarnation,
             .time_limits = {},
             .announcements = {},
             .freed = {}} {
  for (auto& old : spooled) {
    Attempt attempt{.session = old.session, .shard = old.shard, .spec = {}, .value = {}, .id = {},
                    .phase = Ended{old.end, true}, .stop_reason = {}, .logs = {}, .log_bytes = old.end.log_bytes};
    for (const auto& log : old.logs) attempt.logs.push_back({log.offset, log.length, log.wire_bytes, false});
    state_.attempts.emplace(old.end.attempt, std::move(attempt));
  }
}

void Machine::step(Now now, const Event& event, Effects& out) {
  if (state_.over) return;
  now_ = now;
  out_ = &out;
  std::visit(Overloaded{
                 [&](const LinkUp&) {
                   state_.heard_at = now_.steady;
                   say_hello();
                 },
                 [&](const LinkDown&) { state_.link = Offline{}; },
                 [&](const Heard& e) { on_heard(e.message); },
                 [&](const TaskStarted& e) { on_started(e); },
                 [&](const TaskEnded& e) { on_ended(e); },
                 [&](const TaskRecalled& e) { on_recalled(e.attempt); },
                 [&](const LogSpooled& e) { on_log_spooled(e); },
                 [&](const EndSpooled& e) { on_end_spooled(e.attempt); },
                 [&](const OutputBlocked& e) { on_blocked(e); },
                 [&](const ContentMissing& e) { on_content_missing(e.digest); },
                 [&](const ContentReady& e) { on_content_ready(e.digest); },
                 [&](const ContentFailed& e) { on_content_failed(e.digest, e.why); },
                 [&](const Shutdown&) { on_shutdown(); },
                 [&](const Tick&) { on_tick(); },
             },
             event);
  out_ = nullptr;
}

void Machine::settle(Now now, Effects& out) {
  if (state_.over) return;
  now_ = now;
  out_ = &out;
  recall_queued();
  start_waiting();
  queue_waiting();
  if (!gathering()) {
    for (const auto& [id, shard] : state_.shards) send_logs(id);
    say_credit();
    for (const auto& [id, shard] : state_.shards) say_finished(id);
  }
  leave_if_done();
  invariants();
  out_ = nullptr;
}

// The door: who may be heard at all.
std::optional<Ignored> Machine::ignore(const Envelope& envelope) const {
  const auto* link = std::get_if<Welcomed>(&state_.link);
  if (link == nullptr) return Ignored::not_welcomed;
  if (envelope.epoch != link->epoch && !bugs_.hear_old_epoch) return Ignored::old_epoch;
  if (envelope.from.role == Role::broker) return std::nullopt;
  if (envelope.from.role != Role::master) return Ignored::not_for_workers;
  if (envelope.to.connection != link->connection) return Ignored::old_connection;
  const auto it = state_.shards.find(envelope.reign.shard);
  if (it != state_.shards.end() && envelope.reign.term < it->second.term) return Ignored::old_term;
  return std::nullopt;
}

// The table of contents.
void Machine::on_heard(const Message& message) {
  const Envelope& envelope = message.envelope;
  if (const auto* word = std::get_if<Welcome>(&message.word)) return on_welcome(envelope, *word);
  if (const auto* word = std::get_if<Refused>(&message.word)) return on_refused(envelope, *word);
  if (const auto why = ignore(envelope)) {
    ++state_.ignored[static_cast<std::size_t>(*why)];
    return;
  }
  state_.heard_at = now_.steady;
  const ShardId shard = envelope.reign.shard;
  if (envelope.from.role == Role::master) become_holder(shard, envelope.reign.term, envelope.from.name);

  const auto mine = [&](const auto& word, auto&& act) {
    if (word.session == identity_.session) return act();
    ++state_.ignored[static_cast<std::size_t>(Ignored::old_session)];
  };
  std::visit(Overloaded{
                 [&](const Pong&) {},
                 [&](const Bye&) { out_->reconnect = true; },
                 [&](const Holders& w) { on_holders(w.holders); },
                 [&](const Endpoint& w) { on_endpoint(envelope, w); },
                 [&](const Run& w) { mine(w, [&] { on_run(shard, w); }); },
                 [&](const Recorded& w) { on_recorded(shard, w); },
                 [&](const LogCredit& w) { mine(w, [&] { on_log_credit(shard, w); }); },
                 [&](const Stop& w) { mine(w, [&] { on_stop(w); }); },
                 [&](const Drop& w) { mine(w, [&] { on_drop(w); }); },
                 [&](const Granted& w) { mine(w, [&] { on_granted(shard, w); }); },
                 [&](const Reconciled& w) { mine(w, [&] { on_reconciled(shard, w); }); },
                 [&](const Chunk& w) { on_chunk(w); },
                 [&](const auto&) { ++state_.ignored[static_cast<std::size_t>(Ignored::not_for_workers)]; },
             },
             message.word);
}

void Machine::say_hello() {
  state_.link = Greeting{now_.steady};
  if (state_.heard_at == Time{}) state_.heard_at = now_.steady;
  Hello hello{.session = identity_.session, .host = identity_.host, .build = identity_.build, .holds = {},
              .capacity = limits_.capacity, .prefetch = state_.prefetch_now, .draining = state_.shutting_down, .held = {}};
  for (const auto& [ref, attempt] : state_.attempts) {
    if (!std::holds_alternative<Ended>(attempt.phase)) hello.held.push_back({ref.item, attempt.spec->body.resources});
  }
  state_.prefetch_said = hello.prefetch;
  state_.freed.clear();
  out_->says.push_back({Address{Role::broker, {}, {}}, {}, std::move(hello)});
}

void Machine::on_welcome(const Envelope& envelope, const Welcome& word) {
  if (envelope.epoch < state_.highest_epoch && !bugs_.hear_old_epoch) {
    ++state_.ignored[static_cast<std::size_t>(Ignored::old_epoch)];
    return;
  }
  state_.highest_epoch = envelope.epoch;
  state_.heard_at = now_.steady;
  // The answer to a Hello that was repeated while the first Welcome was on its way: the broker's ledger is still of the first.
  const auto* link = std::get_if<Welcomed>(&state_.link);
  if (link != nullptr && link->connection == word.connection && link->epoch == envelope.epoch) return on_holders(word.holders);
  state_.link = Welcomed{word.connection, envelope.epoch, word.heartbeat, word.silence, now_.steady};
  // Who holds what, this broker says: an Inventory to a holder that it does not know yet would be dropped on the way.
  for (auto& [id, shard] : state_.shards) {
    shard.inventory_due = true;
    shard.holder.clear();
    shard.held_since_welcome = false;
    shard.greet_after_reconciled = false;
  }
  on_holders(word.holders);
  for (auto& [id, shard] : state_.shards) {
    if (shard.inventory_due && !shard.holder.empty()) say_inventory(id);
  }
}

void Machine::on_holders(const std::vector<Holder>& holders) {
  for (const auto& holder : holders) become_holder(holder.reign.shard, holder.reign.term, holder.master);
}

// Told again after each Welcome: what was not believed or not reached the last time may be now.
void Machine::on_endpoint(const Envelope& envelope, const Endpoint& word) {
  if (envelope.from.role != Role::broker || word.serial < state_.endpoint_serial) return;
  state_.endpoint_serial = word.serial;
  out_->move = word;
}

// A connection that the broker does not know (any more) is opened again; everything else is for people.
void Machine::on_refused(const Envelope& envelope, const Refused& word) {
  state_.heard_at = now_.steady;
  const auto* link = std::get_if<Welcomed>(&state_.link);
  if (word.reason == Refusal::no_hello && link != nullptr && envelope.to.connection == link->connection) say_hello();
}

void Machine::say_to_broker(Word word) {
  auto* link = std::get_if<Welcomed>(&state_.link);
  if (link == nullptr) return;
  link->said_at = now_.steady;
  out_->says.push_back({Address{Role::broker, {}, {}}, {}, std::move(word)});
}

void Machine::say_to_master(ShardId id, Word word) {
  auto* link = std::get_if<Welcomed>(&state_.link);
  const Shard& shard = state_.shards.at(id);
  if (link == nullptr || shard.holder.empty()) return;
  link->said_at = now_.steady;
  out_->says.push_back({Address{Role::master, {}, {}}, {id, shard.term}, std::move(word)});
}

void Machine::on_tick() {
  if (auto* greeting = std::get_if<Greeting>(&state_.link)) {
    if (now_.steady >= state_.heard_at + limits_.greeting_silence) {  // a connection that is one on our side only
      state_.link = Offline{};
      state_.heard_at = now_.steady;
      out_->reconnect = true;
    } else if (now_.steady >= greeting->said_at + limits_.hello_again) {
      say_hello();
    }
  }
  if (auto* link = std::get_if<Welcomed>(&state_.link)) {
    if (now_.steady >= state_.heard_at + link->silence) {
      state_.link = Offline{};
      state_.heard_at = now_.steady;
      out_->reconnect = true;
    } else if (now_.steady >= link->said_at + link->heartbeat) {
      say_to_broker(Ping{});
    }
  }
  renew_due();
  ask_pieces_again();
  enforce_time_limits();
  announce_started();
  state_.prefetch_now = prefetch_window();
  give_back_stale();
}

void Machine::on_shutdown() {
  state_.shutting_down = true;
  std::vector<AttemptRef> unstarted, started;
  for (const auto& [ref, attempt] : state_.attempts) {
    if (std::holds_alternative<Waiting>(attempt.phase) || std::holds_alternative<Fetching>(attempt.phase)) {
      unstarted.push_back(ref);
    } else if (!std::holds_alternative<Ended>(attempt.phase)) {
      started.push_back(ref);
    }
  }
  for (const auto& ref : unstarted) give_back(ref, "worker is stopping");
  for (const auto& ref : started) stop_attempt(ref, EndReason::stopped);
  state_.prefetch_said = ~0u;  // so that Credit is said, with `draining`
}

// Leaves when nothing runs and nothing is unrecorded. The shell bounds how long it waits for that.
void Machine::leave_if_done() {
  if (!state_.shutting_down || out_->left || !state_.attempts.empty()) return;
  say_to_broker(Bye{"worker is stopping"});
  out_->left = true;
}

std::optional<Time> Machine::deadline() const {
  std::optional<Time> next;
  if (state_.over) return next;
  const auto at = [&](Time t) { next = next ? std::min(*next, t) : t; };
  if (const auto* greeting = std::get_if<Greeting>(&state_.link)) {
    at(greeting->said_at + limits_.hello_again);
    at(state_.heard_at + limits_.greeting_silence);
  }
  if (const auto* link = std::get_if<Welcomed>(&state_.link)) {
    at(state_.heard_at + link->silence);
    at(link->said_at + link->heartbeat);
    for (const auto& [id, shard] : state_.shards) {
      if (!shard.holder.empty()) at(shard.lease.next_ask(shortest_lease(id)));
    }
    for (const auto& [digest, fetch] : state_.fetches) {
      if (fetch.awaits) at(fetch.said_at + limits_.fetch_again);
    }
  }
  if (!state_.time_limits.empty()) at(state_.time_limits.begin()->first);
  if (state_.say_by) at(*state_.say_by);
  if (!state_.announcements.empty()) at(state_.announcements.front().first);
  if (state_.slots.waiting_count() > 0) at(now_.steady + limits_.prefetch_patience / 4);
  if (state_.slots.queued_count() > 0 && state_.prefetch_now >= limits_.recall_below) at(now_.steady + limits_.queue_look);
  return next;
}

void Machine::invariants() const {
  CHECK(state_.slots.running_count() + state_.slots.waiting_count() <= state_.attempts.size());
  CHECK(state_.time_limits.size() <= state_.attempts.size());
}

}  // namespace argosy::worker
