#include "broker/links.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "fabric/clock.h"
#include "fabric/lookup.h"
#include "schemas/codec.h"

namespace argosy::broker {

namespace {

constexpr std::size_t kTextShown = 500;           // of what a peer said, in the log
constexpr int kQueuedBeats = 64;                  // one that does not read needs no more
constexpr Duration kSoon = milliseconds(5);       // between tries while a takeover may be due
constexpr Duration kOften = milliseconds(20);
constexpr Duration kSeldom = milliseconds(200);  // somebody is there: each knock at a frozen process fills its queue
constexpr Duration kLookUpAgain = seconds(1);
constexpr Duration kJustLost = milliseconds(300);  // a process that ends closes one port after the other

fabric::ClientOptions options_of(const Config& config, const fabric::KeyPair& keys, const std::string& endpoint) {
  fabric::ClientOptions options;
  options.endpoint = endpoint;
  options.server_key = keys.public_key;  // all brokers hold one key
  options.keys = keys;
  options.max_message_bytes = limits::kMessageBytes;
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
  fabric::HostAndPort parts;
  bool has_numbers = false;  // no name: nothing to look up
  bool wanted = true;
  std::string address;  // behind the endpoint's name, as found last; empty: not yet
  std::unique_ptr<fabric::Lookup> lookup;
  fabric::Token lookup_token = 0;
  Time lookup_at;
  bool told_lookup = false;
  std::unique_ptr<fabric::ClientSocket> socket;  // there is one where it is wanted and has an address
  fabric::Token token = 0;
  std::optional<fabric::Knock> knock;
  fabric::Token knock_token = 0;       // 0: not waited for
  Time knock_at;
  Time lost_at{INT64_MIN / 2};
  bool told_refusal = false;

  bool connected() const { return socket != nullptr && socket->connected(); }
  // While it is down: the name may mean another address by now.
  bool looks_up() const { return wanted && !connected() && lookup == nullptr && !(has_numbers && socket != nullptr); }
};

Links::Links(fabric::Context& context, fabric::PollSet& polls, const Config& config, const fabric::KeyPair& keys)
    : context_(context), polls_(polls), config_(config), keys_(keys) {}

Links::~Links() {
  for (auto& link : links_) {
    close(*link);
    if (link->lookup != nullptr) polls_.remove(link->lookup_token);
  }
}

Status Links::open() {
  if (config_.peers.empty()) return Done{};
  for (const PeerConfig& peer : config_.peers) {
    if (Status added = add(peer.name, peer.endpoint); !added) return added;
  }
  if (Status added = add("", config_.watch); !added) return added;
  links_.back()->wanted = false;
  for (auto& link : links_) look_up(*link, fabric::read_steady());
  return Done{};
}

Status Links::add(const std::string& peer, const std::string& endpoint) {
  const auto parts = fabric::split_endpoint(endpoint);
  if (!parts) return parts.error();
  links_.push_back(std::make_unique<Link>());
  Link& link = *links_.back();
  link.peer = peer;
  link.endpoint = endpoint;
  link.parts = *parts;
  link.has_numbers = fabric::is_numeric(*parts);
  if (link.has_numbers) link.address = endpoint;
  return Done{};
}

// Neither socket nor knock ever hears a name: libzmq would look it up on the thread that carries everybody's words.
void Links::connect(Link& link) {
  close(link);
  auto socket = fabric::ClientSocket::connect(context_, options_of(config_, keys_, link.address));
  auto knock = fabric::Knock::at(link.address);
  if (!socket || !knock) return spdlog::error("{}", socket ? knock.error().message : socket.error().message);
  link.socket = std::move(*socket);
  link.token = polls_.add(*link.socket);
  link.knock.emplace(std::move(*knock));
}

void Links::close(Link& link) {
  if (link.knock_token != 0) polls_.remove(link.knock_token);
  link.knock_token = 0;
  link.knock.reset();
  if (link.socket != nullptr) polls_.remove(link.token);
  link.socket.reset();
}

void Links::look_up(Link& link, Time now) {
  if (!link.looks_up() || now < link.lookup_at) return;
  link.lookup_at = now + kLookUpAgain;
  if (link.has_numbers) return connect(link);
  link.lookup = std::make_unique<fabric::Lookup>(link.parts);
  link.lookup_token = polls_.add(link.lookup->fd());
}

void Links::take_address(Link& link, Time now) {
  if (link.lookup == nullptr) return;
  const auto answer = link.lookup->take();
  if (!answer) return;
  polls_.remove(link.lookup_token);
  link.lookup.reset();
  link.lookup_at = now + kLookUpAgain;
  if (!*answer) {
    if (!link.told_lookup) spdlog::warn("{}: {}", link.endpoint, answer->error().message);
    link.told_lookup = true;
    return;
  }
  link.told_lookup = false;
  const bool same = link.address == **answer;
  link.address = **answer;
  if (link.wanted && !link.connected() && (link.socket == nullptr || !same)) connect(link);
}

void Links::watch_endpoint(bool wanted) {
  Link& link = *links_.back();
  if (wanted == link.wanted) return;
  link.wanted = wanted;
  if (!wanted) return close(link);
  if (!link.address.empty()) connect(link);  // it may be another by now: that is looked up meanwhile
}

void Links::send(LinkOutgoing& outgoing) {
  const auto link =
      std::find_if(links_.begin(), links_.end(), [&](const auto& each) { return each->peer == outgoing.peer; });
  if (link == links_.end() || !(*link)->connected()) return;
  std::array<fabric::Frame, 2> frames;
  frames[0] = fabric::Frame(encode_envelope(outgoing.envelope));
  frames[1] = fabric::Frame(encode_body(outgoing.word));
  (void)(*link)->socket->send(frames);
}

void Links::take(Time now, std::vector<Event>& events) {
  for (auto& each : links_) {
    Link& link = *each;
    take_address(link, now);
    look_up(link, now);
    if (link.socket == nullptr) continue;
    take_words(link, events);
    take_changes(link, now, events);
    knock(link, now, events);
  }
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
      if (!link.told_refusal) spdlog::warn("{} refuses this broker's words: {}", link.endpoint, printable(refused->text, kTextShown));
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
  if (link.connected() && !link.knock->under_way()) return;
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
  for (const auto& link : links_) {
    if (link->looks_up()) wants(link->lookup_at);
    if (link->socket == nullptr) continue;
    if (link->knock->under_way()) {
      wants(link->knock->deadline());
    } else if (!link->connected()) {
      wants(link->knock_at);
    }
  }
  return next;
}

}  // namespace argosy::broker
