// What people are told of a broker, through its masters.
#include <algorithm>
#include <string>

#include "broker/turn.h"

namespace argosy::broker {

namespace {

// What the other says of itself, and what is said of it here.
std::string troubles(const std::string& one, const std::string& other) {
  return one.empty() || other.empty() ? one + other : one + "; " + other;
}

std::vector<BrokerView> views(const Options& options, const State& state, Time now) {
  const Beat own = beat_of(options, state);
  const std::string& trouble = state.hook_trouble.empty() ? state.endpoint_trouble : state.hook_trouble;
  std::vector<BrokerView> all;
  all.push_back({own.broker, own.duty, own.epoch, own.fingerprint, Duration{}, troubles(trouble, catalog_trouble(state))});
  for (const auto& [name, other] : state.watch.all()) {
    const Beat& said = other.said;
    all.push_back({name, said.duty, said.epoch, said.fingerprint,
                   std::max(now - other.own.heard, microseconds(1)),
                   troubles(other.trouble, said.trouble)});
  }
  return all;
}

}  // namespace

std::optional<Time> report_due(const Options& options, const State& state) {
  const bool ages = !options.peers.empty();  // of the other brokers' last words
  if (!ages && !state.report_wanted && state.counters == state.reported) return std::nullopt;
  if (!state.presence.any_master()) return std::nullopt;
  return state.reported_at + options.report_every;
}

void Machine::Turn::report() {
  BrokerReport report;
  report.broker = options_.name;
  report.refused = state_.refused_keys;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Count::count_); ++i) {
    const Count each = static_cast<Count>(i);
    report.counters.push_back({std::string(to_text(each)), state_.counters.of(each)});
  }
  report.counters.push_back({"connections", state_.presence.size()});
  report.counters.push_back({"clients", state_.presence.clients()});
  report.counters.push_back({"workers", state_.matcher.workers()});
  report.counters.push_back({"offers", state_.queue.size()});
  report.counters.push_back({"classes", state_.queue.classes()});
  for (const BrokerCounter& each : state_.transport) report.counters.push_back(each);
  report.brokers = views(options_, state_, now_);
  send_masters(report);
  state_.reported = state_.counters;
  state_.reported_at = now_;
  state_.report_wanted = false;
}

}  // namespace argosy::broker
