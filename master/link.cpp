#include "master/link.h"

#include <algorithm>

namespace argosy::master {
namespace {

constexpr Duration publish_pause = milliseconds(200);

void say_hello(Step& step) {
  const Self& self = step.state.self;
  Hello hello;
  hello.session = self.session;
  hello.host = self.host;
  hello.build = self.build;
  hello.holds = held_shards(step.state);
  say_to_broker(step, std::move(hello));
}

void forget_connection(Step& step) {
  step.state.link.welcome = false;
  step.state.link.connection = {};
  for (auto& [id, shard] : step.state.shards) {
    shard->window.forget_offers();
    for (auto& [worker, lane] : shard->lanes) lane.parked.clear();
  }
}

bool is_mine(const State& state, ShardId id) {
  return std::find(state.self.shards.begin(), state.self.shards.end(), id) != state.self.shards.end();
}

// Whether nobody else holds it, as far as the broker knows.
bool is_vacant(const State& state, ShardId id) {
  const auto it = state.link.holders.find(id);
  return it == state.link.holders.end() || it->second.master.empty() || it->second.master == state.self.name;
}

void watch_vacancies(Step& step) {
  for (const ShardId id : step.state.self.shards) {
    if (step.state.shards.count(id) > 0 || !is_vacant(step.state, id)) {
      step.state.link.vacant_since.erase(id);
    } else {
      step.state.link.vacant_since.try_emplace(id, step.now.steady);
    }
  }
}

}  // namespace

std::vector<ShardTerm> held_shards(const State& state) {
  std::vector<ShardTerm> held;
  if (state.shutting_down) return held;
  for (const auto& [id, shard] : state.shards) held.push_back(shard->reign);
  return held;
}

void say_holding(Step& step) { say_to_broker(step, Holding{held_shards(step.state)}); }

void on_link_up(Step& step) {
  Link& link = step.state.link;
  if (link.up) forget_connection(step);
  link.up = true;
  link.heard_at = step.now.steady;
  link.heartbeat = step.state.limits.heartbeat;
  link.silence = step.state.limits.silence;
  say_hello(step);
}

void on_link_down(Step& step) {
  forget_connection(step);
  step.state.link.up = false;
  step.state.link.vacant_since.clear();
}

void on_welcome(Step& step, const Envelope& envelope, const Welcome& word) {
  Link& link = step.state.link;
  if (link.welcome && link.connection == word.connection) return;
  forget_connection(step);
  link.welcome = true;
  if (envelope.epoch > link.epoch) link.epoch = envelope.epoch;
  link.connection = word.connection;
  if (word.heartbeat.us > 0) link.heartbeat = word.heartbeat;
  if (word.silence.us > 0) link.silence = word.silence;
  link.holders.clear();
  on_holders(step, word.holders);
  if (step.state.fleet_known) say_to_broker(step, step.state.roster);
}

void on_holders(Step& step, const std::vector<Holder>& holders) {
  for (const Holder& holder : holders) {
    const auto known = step.state.link.holders.find(holder.reign.shard);
    if (known != step.state.link.holders.end() && known->second.reign.term > holder.reign.term) continue;
    step.state.link.holders[holder.reign.shard] = holder;
  }
  watch_vacancies(step);
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
  if (word.refused_word == Hello::word) {
    step.note("the broker refused this master's Hello: " + word.text);
  }
}

void on_take_failed(Step& step, const TakeFailed& event) {
  step.state.link.taking.erase(event.shard);
  step.state.link.vacant_since[event.shard] = step.now.steady + step.state.limits.retry_most;
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
  if (step.state.shutting_down) return;
  for (auto it = link.vacant_since.begin(); it != link.vacant_since.end();) {
    const ShardId id = it->first;
    if (it->second + step.state.limits.adopt_after > step.now.steady || link.taking.count(id) > 0) {
      ++it;
      continue;
    }
    if (is_mine(step.state, id)) {
      link.taking.insert(id);
      step.out.takes.push_back(id);
    }
    it = link.vacant_since.erase(it);
  }
}

std::optional<Time> link_deadline(const State& state) {
  const Link& link = state.link;
  if (!link.up) return std::nullopt;
  Time when = std::min(link.heard_at + link.silence, link.said_at + link.heartbeat);
  if (link.publish_after) when = std::min(when, *link.publish_after);
  for (const auto& [id, since] : link.vacant_since) {
    if (link.taking.count(id) == 0) when = std::min(when, since + state.limits.adopt_after);
  }
  return when;
}

}  // namespace argosy::master
