#include "broker/shell.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "base/limits.h"
#include "broker/door.h"
#include "broker/endpoint_key.h"
#include "broker/turn.h"
#include "fabric/clock.h"
#include "schemas/codec.h"
#include "schemas/request_of.h"
#include "schemas/rights.h"

namespace argosy::broker {

namespace {

constexpr int kMessagesPerTurn = 512;  // then room is matched, and departures are looked at
constexpr Duration kGateLook = seconds(1);

fabric::ServerOptions server_options(const Config& config, fabric::KeyPair keys) {
  fabric::ServerOptions options;
  options.keys = std::move(keys);
  options.max_message_bytes = limits::kMessageBytes;
  options.send_queue_messages = static_cast<int>(config.send_queue);
  options.dead_after = config.machine.silence;
  return options;
}

// One socket is for everybody, the other for brokers: their peers must not be mixed up.
PeerId peer_id(fabric::Peer peer, Via via) {
  return {peer.value * 2 + (via == Via::peers ? 1 : 0)};
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Shell::Shell(Config config, Keepsakes kept, ProcessMark mark, fabric::KeyPair keys, Tell tell)
    : config_(std::move(config)),
      kept_(std::move(kept)),
      mark_(std::move(mark)),
      key_pair_(std::move(keys)),
      tell_(std::move(tell)),
      machine_(config_.machine),
      gate_(context_),
      identities_(gate_, config_.roster),
      server_(std::make_unique<fabric::ServerSocket>(context_, gate_, server_options(config_, key_pair_))),
      links_(context_, polls_, config_, key_pair_),
      hooks_(polls_, config_),
      writer_(kept_, polls_) {
  polls_.add(*server_);
  if (config_.peers.empty()) return;
  peer_server_ = std::make_unique<fabric::ServerSocket>(context_, gate_, server_options(config_, key_pair_));
  polls_.add(*peer_server_);
  identities_.trust_brokers(key_pair_.public_key);
}

Result<std::unique_ptr<Shell>> Shell::open(Config config, Tell tell) {
  auto own = load_endpoint_key(config);
  if (!own) return own.error();
  config.machine.fingerprint = own->fingerprint;
  auto kept = Keepsakes::open(config.directory);
  if (!kept) return kept.error();
  auto mark = ProcessMark::make(config.directory);
  if (!mark) return mark.error();
  std::unique_ptr<Shell> shell(
      new Shell(std::move(config), std::move(*kept), std::move(*mark), std::move(own->keys), std::move(tell)));
  if (auto read = shell->identities_.read_file(); !read) return read.error();
  shell->identities_.push(shell->kept_.roster().entries);
  if (auto begun = shell->begin(); !begun) return begun.error();
  return shell;
}

Status Shell::begin() {
  // The port first: an epoch is not spent on a broker that cannot listen, and of two that start, one sees the
  // other. Nobody is answered before the loop runs.
  const bool alone = peer_server_ == nullptr;
  const auto listens = alone ? server_->listen(config_.endpoint) : peer_server_->listen(config_.peer_listen);
  if (!listens) return listens.error();
  if (auto opened = links_.open(); !opened) return opened.error();
  step(Start{kept_.epoch(), kept_.roster(), kept_.endpoint()});
  writer_.finish();
  take_kept();
  if (failed_) return *failed_;
  return Done{};
}

Status Shell::run(int fd, const std::function<Order()>& read_order) {
  const fabric::Token orders = polls_.add(fd);
  gate_seen_at_ = fabric::read_steady();
  std::vector<fabric::Readiness> ready;
  while (!stopped_ && !failed_) {
    polls_.wait(deadline(), ready);
    for (const fabric::Readiness& each : ready) {
      if (each.token != orders) continue;
      const Order order = read_order();
      if (order == Order::reread_roster) reread_roster();
      if (order == Order::stop) step(Stop{});
    }
    if (!stopped_) turn();
  }
  polls_.remove(orders);
  if (failed_) return *failed_;
  return Done{};
}

std::optional<Time> Shell::deadline() const {
  Time next = gate_seen_at_ + kGateLook;
  for (const auto& each : {machine_.deadline(), links_.deadline(), hooks_.deadline()}) {
    if (each) next = std::min(next, *each);
  }
  return next;
}

void Shell::turn() {
  receive(*server_, Via::endpoint);
  if (peer_server_ != nullptr) receive(*peer_server_, Via::peers);
  take_departures(*server_, Via::endpoint);
  if (peer_server_ != nullptr) take_departures(*peer_server_, Via::peers);
  take_brokers();
  take_kept();
  const Now now = fabric::read_clock();
  if (gate_seen_at_ + kGateLook <= now.steady) report_gate(now);
  if (const auto deadline = machine_.deadline(); deadline && *deadline <= now.steady) step(Tick{});
}

// What others said on links that this broker opened, and hooks that ended.
void Shell::take_brokers() {
  std::vector<Event> events;
  const Time now = fabric::read_steady();
  links_.take(now, events);
  hooks_.take(now, events);
  steps(events);
}

void Shell::take_kept() {
  std::vector<Event> events;
  if (const Status kept = writer_.take(events); !kept) {
    failed_ = kept.error();
    return;
  }
  steps(events);
}

void Shell::steps(std::vector<Event>& events) {
  for (Event& each : events) follow_ups_.push_back(std::move(each));
  settle();
}

void Shell::receive(fabric::ServerSocket& server, Via via) {
  fabric::Received received;
  for (int i = 0; i < kMessagesPerTurn && !stopped_ && server.receive(received); ++i) take(received, via);
}

void Shell::take(fabric::Received& received, Via via) {
  const PeerId peer = peer_id(received.peer, via);
  keys_.try_emplace(peer, received.key);
  const Identity identity = identities_.of(received.key);
  if (received.frames.size() == 1 && received.frames[0].empty()) return;  // a probe
  if (received.frames.size() != 2) {
    const std::string count = std::to_string(received.frames.size());
    return step(
        RubbishCame{peer, identity, Refusal::malformed, "a message has two frames, this one has " + count});
  }
  auto envelope = decode_envelope(received.frames[0].view());
  if (!envelope) return step(RubbishCame{peer, identity, envelope.error().reason, envelope.error().message});

  body_ = std::move(received.frames[1]);
  std::string request = is_client(identity.role) ? request_of(envelope->word, body_.view()) : "";
  MessageCame message{peer, identity, std::move(*envelope), Opaque{{}, std::move(request)}, via};
  // What the door refuses anyway is not decoded.
  if (is_for_broker(message.envelope) && identity.enabled && may_say(identity.role, message.envelope.word)) {
    auto word = decode_body(message.envelope.word, body_.view());
    if (word) {
      message.body = std::move(*word);
    } else {
      message.body = Undecodable{word.error().reason, word.error().message};
    }
  }
  step(std::move(message));
}

void Shell::take_departures(fabric::ServerSocket& server, Via via) {
  std::vector<fabric::Peer> gone;
  server.take_gone(fabric::read_steady(), gone);
  for (const fabric::Peer peer : gone) {
    keys_.erase(peer_id(peer, via));
    step(PeerGone{peer_id(peer, via)});
  }
}

void Shell::report_gate(Now now) {
  gate_seen_at_ = now.steady;
  const fabric::GateCounters gate = gate_.counters();
  std::uint64_t without_identity = server_->counters().dropped_without_identity;
  if (peer_server_) without_identity += peer_server_->counters().dropped_without_identity;
  const std::uint64_t refused = gate.refused + without_identity;
  GateReported report;
  report.news = std::exchange(gate_refused_, refused) != refused;
  for (const fabric::RefusedKey& each : gate_.refused()) {
    report.refused.push_back(
        {each.key.hex(), each.address, std::string(to_text(each.refusal)), each.count, each.last});
  }
  report.counters = {{"gate_admitted", gate.admitted},
                     {"gate_refused", gate.refused},
                     {"without_identity", without_identity},
                     {"memory_bytes", resident_bytes()}};
  step(std::move(report));
}

void Shell::reread_roster() {
  if (const auto read = identities_.read_file(); !read) {
    spdlog::error("the roster stays as it was: {}", read.error().message);
    return;
  }
  spdlog::info("{}: read again", config_.roster);
  recheck_identities();
  settle();
}

// Those that are somebody else now are told to the machine as a follow-up.
void Shell::recheck_identities() {
  IdentitiesChanged changed;
  for (const auto& [id, connection] : machine_.state().presence.all()) {
    const auto key = keys_.find(connection.peer);
    const Identity identity = key == keys_.end() ? Identity{} : identities_.of(key->second);
    if (identity != Identity{connection.role, connection.name, true})
      changed.peers.push_back({connection.peer, identity});
  }
  if (!changed.peers.empty()) follow_ups_.push_back(std::move(changed));
}

// A step and, after it, whatever honouring its effects brought about.
void Shell::step(Event event) {
  follow_ups_.push_back(std::move(event));
  settle();
}

void Shell::settle() {
  while (!follow_ups_.empty()) {
    const Event next = std::move(follow_ups_.front());
    follow_ups_.pop_front();
    Effects effects;
    machine_.step(fabric::read_clock(), next, effects);
    honour(effects);
  }
  tell_readiness();
}

void Shell::tell_readiness() {
  if (!told_serving_ && std::holds_alternative<Serving>(state().reign)) {
    told_serving_ = true;
    if (tell_) tell_("ready " + endpoint());
  }
  if (!told_standby_ && std::holds_alternative<Watching>(state().reign)) {
    told_standby_ = true;
    if (tell_) tell_("ready standby " + config_.machine.name);
  }
}

void Shell::honour(Effects& effects) {
  keep(effects);
  for (Outgoing& each : effects.out) send(each);
  honour_brokers(effects);
  stopped_ = stopped_ || effects.stopped;
}

void Shell::honour_brokers(Effects& effects) {
  const Time now = fabric::read_steady();
  for (LinkOutgoing& each : effects.link_out) links_.send(each);
  if (effects.stop_listening) {
    spdlog::info("gives the endpoint up");
    server_->stop_listening();
  }
  if (effects.fence_no_more) hooks_.fence_no_more();
  std::vector<Event> ended;
  for (const HookOrder& each : effects.hooks) hooks_.order(each, now, ended);
  for (Event& each : ended) follow_ups_.push_back(std::move(each));
  if (effects.listen) {
    const auto listens = server_->listen(config_.endpoint);
    if (listens) {
      follow_ups_.push_back(Listening{});
    } else {
      follow_ups_.push_back(ListenFailed{listens.error().message});
    }
  }
  for (const Alarm& each : effects.alarms) hooks_.alarm(each, state().known, now);
  if (peer_server_ != nullptr) links_.watch_endpoint(duty_of(state().reign) != BrokerDuty::active && !effects.stopped);
}

void Shell::keep(Effects& effects) {
  if (effects.store_epoch) writer_.put(*effects.store_epoch);
  if (effects.roster) {
    identities_.push(effects.roster->entries);
    writer_.put(Roster{effects.roster->serial, effects.roster->entries, effects.roster->incarnation});
    recheck_identities();
  }
  if (effects.endpoint) writer_.put(*effects.endpoint);
}

void Shell::send(Outgoing& outgoing) {
  std::array<fabric::Frame, 2> frames;
  frames[0] = fabric::Frame(encode_envelope(outgoing.envelope));
  if (const auto* word = std::get_if<Word>(&outgoing.body)) {
    frames[1] = fabric::Frame(encode_body(*word));
  } else {
    frames[1] = std::move(body_);
  }
  // A peer that is gone is told by take_gone().
  const bool to_broker = outgoing.peer.value % 2 == 1;
  fabric::ServerSocket& server = to_broker ? *peer_server_ : *server_;
  if (server.send({outgoing.peer.value / 2}, frames) == fabric::Sent::full)
    follow_ups_.push_back(SendFailed{outgoing.peer});
}

}  // namespace argosy::broker
