#include "master/step.h"

namespace argosy::master {

Envelope envelope_of(const State& state, const Word& word, ShardTerm reign, Address to) {
  Envelope envelope;
  envelope.word = std::visit([](const auto& w) { return std::decay_t<decltype(w)>::word; }, word);
  envelope.epoch = state.link.epoch;
  envelope.connection = state.link.connection;
  envelope.reign = reign;
  envelope.to = std::move(to);
  return envelope;
}

void say_to_broker(Step& step, Word word) {
  if (!step.state.link.up) return;
  if (!step.state.link.welcome && !std::holds_alternative<Hello>(word)) return;
  step.state.link.said_at = step.now.steady;
  Envelope envelope = envelope_of(step.state, word, {}, {Role::broker, {}, {}});
  if (std::holds_alternative<Hello>(word)) envelope.connection = {};
  step.out.sends.push_back({std::move(envelope), std::move(word)});
}

void say_for(Step& step, const Shard& shard, Word word) {
  if (!step.state.link.welcome) return;
  step.state.link.said_at = step.now.steady;
  step.out.sends.push_back({envelope_of(step.state, word, shard.reign, {Role::broker, {}, {}}), std::move(word)});
}

void say_to_client(Step& step, const Address& client, Word word) {
  if (!step.state.link.welcome) return;
  step.state.link.said_at = step.now.steady;
  step.out.sends.push_back({envelope_of(step.state, word, {}, client), std::move(word)});
}

void say_to_worker(Step& step, const Shard& shard, WorkerIndex index, Word word) {
  const Worker& worker = *step.state.workers[index];
  if (!step.state.link.welcome || !worker.online) return;
  step.state.link.said_at = step.now.steady;
  Address to{Role::worker, worker.name, worker.presence.connection};
  step.out.sends.push_back({envelope_of(step.state, word, shard.reign, std::move(to)), std::move(word)});
}

void refuse(Step& step, const Address& client, std::uint16_t refused_word, const std::string& request, Refusal reason,
            std::string text, ShardId shard) {
  say_to_client(step, client, Refused{refused_word, reason, std::move(text), request, shard});
}

std::string clock_text(WallTime at) {
  const std::int64_t s = (at.us / 1'000'000) % 86'400;
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(s / 3600) + ":" + two(s / 60 % 60) + ":" + two(s % 60) + " UTC";
}

}  // namespace argosy::master
