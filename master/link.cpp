#include "master/link.h"

#include <algorithm>

#include "base/fnv.h"
#include "master/batches.h"

namespace argosy::master {
namespace {

constexpr Duration publish_pause = milliseconds(200);
constexpr Duration longest_line = milliseconds(32);  // between two masters that want one shard

void say_hello(Step& step) {
  const Self& self = step.state.self;
  Hello hello;
  hello.session = self.session;
  hello.host = self.host;
  hello.build = self.build;
  hello.holds = held_shards(step.state);
  hello.incarnation = step.state.incarnation;
  say_to_broker(step, std::move(hello));
}

void forget_connection(Step& step) {
  step.state.link.welcome = false;
  step.state.link.connection = {};
  step.state.link.other_catalog = false;
  for (auto& [id, shard] : step.state.shards) {
    shard->window.forget_offers();
    for (auto& [worker, lane] : shard->lanes) lane.parked.clear();
  }
}

// The same for ever for a master and a shard, another for each: of two that hold as little one comes first.
Duration place_in_line(const std::string& master, ShardId shard) {
  const std::uint64_t hash = fnv1a(master, kFnvBasis ^ shard.value);
  return longest_line * static_cast<std::int64_t>((hash >> 33) % 32) / 32;
}

// When this master takes it: who holds less comes first, so that several masters share the shards.
Time take_at(const State& state, ShardId shard, const Vacancy& vacancy) {
  const auto has = static_cast<std::int64_t>(state.shards.size() + state.link.taking.size());
  const Limits& limits = state.limits;
  const Duration wait = vacancy.seen ? limits.spread_vacant * std::min<std::int64_t>(has, 3)
                                     : limits.spread_welcome * std::min<std::int64_t>(has, 2);
  return vacancy.from + wait - place_in_line(state.self.name, shard);
}

// Whether nobody else holds it, as far as the broker knows.
bool is_vacant(const State& state, ShardId id) {
  const auto it = state.link.holders.find(id);
  return it == state.link.holders.end() || it->second.master.empty() || it->second.master == state.self.name;
}

// `before`: who held what when this master was last connected. A holder that is known comes back a little later, as a rule.
Duration patience_with(const State& state, ShardId id, const std::map<ShardId, Holder>& before) {
  const auto it = before.find(id);
  const bool other = it != before.end() && !it->second.master.empty() && it->second.master != state.self.name;
  return std::max(state.limits.adopt_after * (other ? 3 : 1), longest_line);
}

// `seen`: the broker knew the holder, and it left. After Welcome a holder may only not have come back yet.
void watch_vacancies(Step& step, bool seen, const std::map<ShardId, Holder>& before = {}) {
  for (const ShardId id : step.state.self.shards) {
    if (step.state.shards.count(id) > 0 || !is_vacant(step.state, id)) {
      step.state.link.vacant.erase(id);
    } else {
      const Duration wait = seen ? longest_line : patience_with(step.state, id, before);
      step.state.link.vacant.try_emplace(id, Vacancy{step.now.steady + wait, seen});
    }
  }
}

void learn_holders(Step& step, const std::vector<Holder>& holders) {
  for (const Holder& holder : holders) {
    const auto known = step.state.link.holders.find(holder.reign.shard);
    if (known != step.state.link.holders.end() && known->second.reign.term > holder.reign.term) continue;
    step.state.link.holders[holder.reign.shard] = holder;
  }
}

// Whoever holds it by now, only the catalog knows: it is asked at once, not at the next write.
void doubt(Step& step, Shard& shard) { open_batch(step, shard).confirm = true; }

void doubt_outranked(Step& step, const std::vector<Holder>& holders) {
  for (const Holder& holder : holders) {
    const auto held = step.state.shards.find(holder.reign.shard);
    if (held != step.state.shards.end() && holder.reign.term > held->second->reign.term) doubt(step, *held->second);
  }
}

// In the trail that operators read after the night. Whoever holds the first shard tells it.
void note_broker(Step& step, const Epoch& now, const Epoch& before) {
  const auto held = step.state.shards.find(ShardId{});
  if (before.number == 0 || held == step.state.shards.end()) return;
  open_batch(step, *held->second).batch->operations.push_back(
      {step.now.wall, "broker " + now.broker, "broker.serve", "broker " + now.broker,
       "epoch " + std::to_string(now.number) + ", after " + before.broker + " in epoch " + std::to_string(before.number)});
}

}  // namespace

std::vector<ShardTerm> held_shards(const State& state) {
  std::vector<ShardTerm> held;
  if (state.shutting_down) return held;
  for (const auto& [id, shard] : state.shards) held.push_back(shard->reign);
  return held;
}

// Before Welcome nothing can be said, and the Hello that is under way tells what was held then.
void say_holding(Step& step) {
  if (!step.state.link.welcome) {
    step.state.link.holding_due = true;
    return;
  }
  say_to_broker(step, Holding{held_shards(step.state), step.state.incarnation});
}

void on_link_up(Step& step) {
  Link& link = step.state.link;
  if (link.up) forget_connection(step);
  link.up = true;
  link.holding_due = false;
  link.heard_at = step.now.steady;
  link.heartbeat = step.state.limits.heartbeat;
  link.silence = step.state.limits.silence;
  say_hello(step);
}

void on_link_down(Step& step) {
  forget_connection(step);
  step.state.link.up = false;
  step.state.link.vacant.clear();
}

void on_welcome(Step& step, const Envelope& envelope, const Welcome& word) {
  Link& link = step.state.link;
  if (link.welcome && link.connection == word.connection) return;
  forget_connection(step);
  link.welcome = true;
  if (envelope.epoch > link.epoch) {
    note_broker(step, envelope.epoch, link.epoch);
    link.epoch = envelope.epoch;
  }
  link.connection = word.connection;
  if (word.heartbeat.us > 0) link.heartbeat = word.heartbeat;
  if (word.silence.us > 0) link.silence = word.silence;
  const std::map<ShardId, Holder> before = std::move(link.holders);
  link.holders.clear();
  learn_holders(step, word.holders);
  doubt_outranked(step, word.holders);
  watch_vacancies(step, false, before);
  if (link.holding_due) say_holding(step);
  link.holding_due = false;
  if (step.state.fleet_known) say_to_broker(step, step.state.roster);
  say_endpoint(step);
}

void say_endpoint(Step& step) {
  if (step.state.endpoint.serial > 0) say_to_broker(step, step.state.endpoint);
}

// Told again after each Welcome: what was not believed or not reached the last time may be now.
void on_endpoint(Step& step, Endpoint&& word) {
  if (word.serial < step.state.link.endpoint_serial) return;
  step.state.link.endpoint_serial = word.serial;
  step.out.move = std::move(word);
}

void on_holders(Step& step, const std::vector<Holder>& holders) {
  learn_holders(step, holders);
  watch_vacancies(step, true);
  doubt_outranked(step, holders);
}

void on_shard_lost(Step& step, ShardId shard) {
  // Whoever took it says so. If nobody does (it died on the way), it is taken back.
  if (is_vacant(step.state, shard)) {
    step.state.link.vacant[shard] = {step.now.steady + step.state.limits.retry_most, true};
  }
}

void on_refused(Step& step, const Refused& word) {
  if (word.reason == Refusal::no_hello) {
    forget_connection(step);
    return say_hello(step);
  }
  if (word.refused_word == Publish::word) {  // some of it is not in the queue: all is published again, after a while
    for (auto& [id, shard] : step.state.shards) shard->window.forget_offers();
    step.state.link.publish_after = step.now.steady + publish_pause;
    return step.note("the broker refused offers: " + word.text);
  }
  if (word.refused_word == Roster::word && word.reason == Refusal::conflict) {
    if (word.request != std::to_string(step.state.incarnation)) return;  // of the former: found restored while this was on its way
    step.state.link.other_catalog = true;
    return step.note("refused: " + word.text);
  }
  if (word.refused_word == Hello::word) {
    step.note("the broker refused this master's Hello: " + word.text);
  }
}

void on_take_failed(Step& step, const TakeFailed& event) {
  step.state.link.taking.erase(event.shard);
  if (is_vacant(step.state, event.shard)) {
    step.state.link.vacant[event.shard] = {step.now.steady + step.state.limits.take_again, true};
  }
  step.note("shard " + std::to_string(event.shard.value) + " could not be taken: " + event.why + "; tried again");
}

void tick_link(Step& step) {
  Link& link = step.state.link;
  if (!link.up) return;
  if (step.now.steady - link.heard_at >= link.silence) {
    on_link_down(step);
    step.out.reconnect = true;
    return step.note("nothing heard from the broker: connecting anew");
  }
  if (step.now.steady - link.said_at >= link.heartbeat) link.welcome ? say_to_broker(step, Ping{0}) : say_hello(step);
  if (link.publish_after && *link.publish_after <= step.now.steady) link.publish_after.reset();
  if (step.state.shutting_down || link.other_catalog) return;
  for (auto it = link.vacant.begin(); it != link.vacant.end();) {
    const ShardId id = it->first;
    if (link.taking.count(id) > 0 || take_at(step.state, id, it->second) > step.now.steady) {
      ++it;
      continue;
    }
    link.taking.insert(id);
    const auto heard = link.holders.find(id);
    step.out.takes.push_back({id, heard == link.holders.end() ? Term{} : heard->second.reign.term});
    it = link.vacant.erase(it);
  }
}

std::optional<Time> link_deadline(const State& state) {
  const Link& link = state.link;
  if (!link.up) return std::nullopt;
  Time when = std::min(link.heard_at + link.silence, link.said_at + link.heartbeat);
  if (link.publish_after) when = std::min(when, *link.publish_after);
  if (state.shutting_down || link.other_catalog) return when;
  for (const auto& [id, vacancy] : link.vacant) {
    if (link.taking.count(id) == 0) when = std::min(when, take_at(state, id, vacancy));
  }
  return when;
}

}  // namespace argosy::master
