#include "broker/links.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fabric/clock.h"
#include "schemas/codec.h"

namespace argosy::broker {

namespace {

constexpr std::int64_t kMessageBytes = 16 << 20;  // a roster
constexpr int kQueuedBeats = 64;                  // one that does not read needs no more
constexpr Duration kSoon = milliseconds(5);       // between tries while a takeover may be due
constexpr Duration kOften = milliseconds(20);
constexpr Duration kSeldom = milliseconds(200);  // somebody is there: each knock at a frozen process fills its queue
constexpr Duration kJustLost = milliseconds(300);  // a process that ends closes one port after the other

fabric::ClientOptions options_of(const Config& config, const fabric::KeyPair& keys, const std::string& endpoint) {
  fabric::ClientOptions options;
  options.endpoint = endpoint;
  options.server_key = keys.public_key;  // all brokers hold one key
  options.keys = keys;
  options.max_message_bytes = kMessageBytes;
  options.send_queue_messages = kQueuedBeats;
  options.receive_queue_messages = kQueuedBeats;
  options.reconnect_min = kSoon;
  options.reconnect_max = kOften;
  options.connect_timeout = options.handshake = std::max(config.machine.takeover_after * 2, milliseconds(500));
  options.dead_after = std::max(config.machine.takeover_after * 4, seconds(1));
  return options;
}

}  // namespace

struct Links::Link {
  std::string peer;  // empty: the endpoint
  std::string endpoint;
  std::unique_ptr<fabric::ClientSocket> socket;
  fabric::Token token = 0;
  std::optional<fabric::Knock> knock;  // nothing: its name was not known; then only silence tells
  fabric::Token knock_token = 0;       // 0: not waited for
  Time knock_at;
  Time lost_at{INT64_MIN / 2};
  bool told_refusal = false;
};

Links::Links(fabric::Context& context, fabric::PollSet& polls, const Config& config, const fabric::KeyPair& keys)
    : context_(context), polls_(polls), config_(config), keys_(keys) {}

Links::~Links() {
  watch_endpoint(false);
  for (auto& link : links_) close(*link);
}

Status Links::open() {
  Error failed;
  for (const PeerConfig& peer : config_.peers) {
    auto link = make(peer.name, peer.endpoint, failed);
    if (link == nullptr) return failed;
    links_.push_back(std::move(link));
  }
  return Done{};
}

std::unique_ptr<Links::Link> Links::make(const std::string& peer, const std::string& endpoint, Error& failed) {
  auto socket = fabric::ClientSocket::connect(context_, options_of(config_, keys_, endpoint));
  if (!socket) {
    failed = socket.error();
    return nullptr;
  }
  auto link = std::make_unique<Link>();
  link->peer = peer;
  link->endpoint = endpoint;
  link->socket = std::move(*socket);
  link->token = polls_.add(*link->socket);
  if (auto knock = fabric::Knock::at(endpoint)) {
    link->knock.emplace(std::move(*knock));
  } else {
    spdlog::warn("{}: only its silence will tell that it is gone", knock.error().message);
  }
  return link;
}

void Links::close(Link& link) {
  if (link.knock_token != 0) polls_.remove(link.knock_token);
  polls_.remove(link.token);
}

void Links::watch_endpoint(bool wanted) {
  if (wanted == (endpoint_ != nullptr)) return;
  if (!wanted) {
    close(*endpoint_);
    endpoint_.reset();
    return;
  }
  Error failed;
  endpoint_ = make("", config_.watch, failed);
  if (endpoint_ == nullptr) spdlog::error("{}", failed.message);
}

void Links::send(LinkOutgoing& outgoing) {
  Link* link = nullptr;
  if (outgoing.peer.empty()) {
    link = endpoint_.get();
  } else {
    const auto found = std::find_if(links_.begin(), links_.end(),
                                    [&](const auto& each) { return each->peer == outgoing.peer; });
    if (found != links_.end()) link = found->get();
  }
  if (link == nullptr || !link->socket->connected()) return;
  std::array<fabric::Frame, 2> frames;
  frames[0] = fabric::Frame(encode_envelope(outgoing.envelope));
  frames[1] = fabric::Frame(encode_body(outgoing.word));
  (void)link->socket->send(frames);
}

void Links::take(Time now, std::vector<Event>& events) {
  const auto look = [&](Link& link) {
    take_words(link, events);
    take_changes(link, now, events);
    knock(link, now, events);
  };
  for (auto& link : links_) look(*link);
  if (endpoint_ != nullptr) look(*endpoint_);
}

void Links::take_words(Link& link, std::vector<Event>& events) {
  fabric::Frames frames;
  while (link.socket->receive(frames)) {
    if (frames.size() != 2) continue;
    const auto envelope = decode_envelope(frames[0].view());
    if (!envelope) continue;
    auto word = decode_body(envelope->word, frames[1].view());
    if (!word) continue;
    if (const auto* refused = std::get_if<Refused>(&*word)) {
      if (!link.told_refusal) spdlog::warn("{} refuses this broker's words: {}", link.endpoint, refused->text);
      link.told_refusal = true;
    } else {
      link.told_refusal = false;
    }
    events.push_back(BrokerSaid{link.peer, std::move(*word)});
  }
}

void Links::take_changes(Link& link, Time now, std::vector<Event>& events) {
  std::vector<fabric::ClientEvent> changes;
  link.socket->take_events(now, changes);
  for (const fabric::ClientEvent& each : changes) {
    if (each.kind == fabric::ClientEventKind::disconnected) link.knock_at = link.lost_at = now;
    if (each.kind != fabric::ClientEventKind::handshake_refused) continue;
    if (!link.told_refusal) spdlog::warn("{}: {}", link.endpoint, to_text(each.refusal));
    link.told_refusal = true;
    // A gate that refuses is somebody; no answer to the handshake is nobody, or one that is stopped.
    if (each.refusal == fabric::HandshakeRefusal::by_gate) {
      events.push_back(BrokerSaid{link.peer, Refused{Beat::word, Refusal::not_enabled, "its gate does not admit brokers: name its peers", {}, {}}});
    }
  }
}

// A refusal is worth as long as tries go on to be refused: the machine hears of each.
void Links::knock(Link& link, Time now, std::vector<Event>& events) {
  if (!link.knock || (link.socket->connected() && !link.knock->under_way())) return;
  if (!link.knock->under_way() && link.knock_at <= now) {
    link.knock->start(now, config_.machine.takeover_after);
    link.knock_at = now + (link.lost_at + kJustLost > now ? kSoon : kOften);
  }
  const auto answer = link.knock->take_answer(now);
  if (answer && link.knock_token != 0) {
    polls_.remove(link.knock_token);
    link.knock_token = 0;
  }
  if (link.knock->under_way() && link.knock_token == 0) {
    link.knock_token = polls_.add(link.knock->fd(), fabric::Interest::write);
  }
  if (answer == fabric::Knock::Answer::refused && !link.socket->connected()) {
    events.push_back(ConnectionRefused{link.peer});
  }
  if (answer == fabric::Knock::Answer::listening && link.lost_at + kJustLost <= now) link.knock_at = now + kSeldom;
}

std::optional<Time> Links::deadline() const {
  std::optional<Time> next;
  const auto wants = [&](Time when) { next = next ? std::min(*next, when) : when; };
  const auto look = [&](const Link& link) {
    if (!link.knock) return;
    if (link.knock->under_way()) {
      wants(link.knock->deadline());
    } else if (!link.socket->connected()) {
      wants(link.knock_at);
    }
  };
  for (const auto& link : links_) look(*link);
  if (endpoint_ != nullptr) look(*endpoint_);
  return next;
}

}  // namespace argosy::broker
