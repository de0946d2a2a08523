#include "fabric/server_socket.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "base/check.h"
#include "fabric/clock.h"
#include "fabric/departures.h"
#include "fabric/zmq_socket.h"

namespace argosy::fabric {
namespace {

constexpr std::size_t kMaxFrames = 64;  // of one message; the rest is dropped
constexpr Duration kUnbindPatience = seconds(1);
constexpr int kMonitored = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED;

zmq_msg_t* message(Frame& frame) {
  return static_cast<zmq_msg_t*>(frame.raw());
}

std::string_view property(Frame& frame, const char* name) {
  const char* text = zmq_msg_gets(message(frame), name);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// A lone empty frame says nothing: it is how a connection is probed.
bool is_probe(const Frames& frames) {
  return frames.size() == 1 && frames.front().empty();
}

// What libzmq holds for one life of the server: hang_up() ends it and begins another.
struct Line {
  Line(Context& context, const ServerOptions& options)
      : socket(context, ZMQ_ROUTER), monitor(context, socket, kMonitored) {
    set_line_options(socket,
                     {options.max_message_bytes, options.send_queue_messages, options.receive_queue_messages,
                      options.handshake, options.dead_after, options.linger});
    socket.set(ZMQ_ROUTER_MANDATORY, 1);
    socket.set(ZMQ_BACKLOG, options.backlog);
    socket.set(ZMQ_CURVE_SERVER, 1);
    socket.set_bytes(ZMQ_CURVE_SECRETKEY, options.keys.secret_key.bytes().data(), SecretKey::kSize);
    socket.set_bytes(ZMQ_ZAP_DOMAIN, "argosy", 6);
  }

  ZmqSocket socket;
  Monitor monitor;
};

}  // namespace

struct ServerSocket::State {
  struct Record {
    Peer peer;
    std::string routing_id;
    std::string user_id;  // the key as the gate wrote it
    PublicKey key;
    int fd = -1;
    std::string address;
  };

  State(Context& in_context, ServerOptions in_options)
      : context(in_context), options(std::move(in_options)), line(std::make_unique<Line>(context, options)) {}

  Context& context;
  const ServerOptions options;
  std::unique_ptr<Line> line;
  std::vector<std::string> endpoints;
  std::uint64_t last_peer = 0;
  std::unordered_map<std::uint64_t, Record> records;
  std::unordered_map<std::string, std::uint64_t> by_routing_id;
  Departures departures;
  // The ROUTER refuses them; they are told once nothing of theirs waits to be received. The first `drained`
  // of them were refused before the queue was last seen empty.
  std::vector<Peer> dead;
  std::size_t drained = 0;
  int closed_listeners = 0;
  ServerCounters counters;
  Frame routing_id;

  bool receive_frames(Frames& frames);
  void read_monitor();
  const Record* sender_of(Frame& first);
  const Record* add_record(std::string_view id, std::string_view user, int fd, std::string_view address);
  Sent try_send(const std::string& id, std::span<Frame> frames);
  void probe(Departures::PeerNo number, Time now);
  void bury(Departures::PeerNo number);
  void forget(Peer peer);
};

bool ServerSocket::State::receive_frames(Frames& frames) {
  frames.clear();
  ZmqSocket& socket = line->socket;
  if (!socket.receive(routing_id)) return false;
  while (socket.more_follows()) {
    Frame frame;
    CHECK(socket.receive(frame));  // libzmq delivers messages whole
    if (frames.size() < kMaxFrames) frames.push_back(std::move(frame));
  }
  return true;
}

void ServerSocket::State::read_monitor() {
  while (const auto event = line->monitor.next()) {
    const int fd = static_cast<int>(event->value);
    if (event->event == ZMQ_EVENT_ACCEPTED) departures.accepted(fd);
    if (event->event == ZMQ_EVENT_DISCONNECTED) departures.disconnected(fd);
    if (event->event == ZMQ_EVENT_CLOSED) ++closed_listeners;
  }
}

// A peer may choose its routing id, so an id met before proves nothing: key and descriptor must be the same
// too.
const ServerSocket::State::Record* ServerSocket::State::sender_of(Frame& first) {
  const std::string_view user = property(first, "User-Id");
  const int fd = zmq_msg_get(message(first), ZMQ_SRCFD);
  const std::string id(routing_id.view());
  const auto known = by_routing_id.find(id);
  if (known != by_routing_id.end()) {
    const Record& record = records.at(known->second);
    if (record.user_id == user && record.fd == fd) return &record;
    bury(known->second);
    by_routing_id.erase(known);
  }
  return add_record(id, user, fd, property(first, "Peer-Address"));
}

const ServerSocket::State::Record* ServerSocket::State::add_record(std::string_view id, std::string_view user,
                                                                   int fd, std::string_view address) {
  const auto key = PublicKey::from_hex(user);
  if (!key) {
    ++counters.dropped_without_identity;
    return nullptr;
  }
  read_monitor();
  const Peer peer{++last_peer};
  departures.claim(fd, peer.value);
  by_routing_id[std::string(id)] = peer.value;
  Record& record = records[peer.value];
  record = Record{peer, std::string(id), std::string(user), *key, fd, std::string(address)};
  return &record;
}

Sent ServerSocket::State::try_send(const std::string& id, std::span<Frame> frames) {
  ZmqSocket& socket = line->socket;
  if (!socket.send_copy(id, true)) {
    if (errno == EHOSTUNREACH) return Sent::unknown_peer;
    CHECK(errno == EAGAIN);
    return Sent::full;
  }
  for (std::size_t i = 0; i < frames.size(); ++i) CHECK(socket.send(frames[i], i + 1 < frames.size()));
  return Sent::sent;
}

void ServerSocket::State::bury(Departures::PeerNo number) {
  departures.forget(number, records.at(number).fd);
  const Peer peer{number};
  if (std::find(dead.begin(), dead.end(), peer) == dead.end()) dead.push_back(peer);
}

void ServerSocket::State::probe(Departures::PeerNo number, Time now) {
  const auto record = records.find(number);
  CHECK(record != records.end());
  ++counters.probes;
  Frame empty;
  if (try_send(record->second.routing_id, {&empty, 1}) == Sent::unknown_peer) {
    bury(number);
  } else {
    departures.probed(number, now);
  }
}

void ServerSocket::State::forget(Peer peer) {
  const auto record = records.find(peer.value);
  const auto by_id = by_routing_id.find(record->second.routing_id);
  if (by_id != by_routing_id.end() && by_id->second == peer.value) by_routing_id.erase(by_id);
  records.erase(record);
}

ServerSocket::ServerSocket(Context& context, Gate&, ServerOptions options)
    : state_(std::make_unique<State>(context, std::move(options))) {}

ServerSocket::~ServerSocket() = default;

Status ServerSocket::listen(const std::string& endpoint) {
  ZmqSocket& socket = state_->line->socket;
  // With IPv6 on, libzmq would bind IPv4 addresses as mapped ones and report all peers so.
  socket.set(ZMQ_IPV6, endpoint.find('[') != std::string::npos ? 1 : 0);
  if (zmq_bind(socket.raw(), endpoint.c_str()) != 0) {
    const char* advice = errno == EADDRINUSE      ? "; another process listens there"
                         : errno == EADDRNOTAVAIL ? "; this host does not have that address"
                                                  : "";
    return Error{endpoint + ": cannot listen: " + zmq_strerror(errno) + advice};
  }
  state_->endpoints.push_back(socket.last_endpoint());
  return Done{};
}

std::string ServerSocket::endpoint() const {
  return state_->endpoints.empty() ? "" : state_->endpoints.back();
}

// libzmq closes a listener on its I/O thread some time after unbind returned; the monitor tells when.
void ServerSocket::stop_listening() {
  Line& line = *state_->line;
  state_->read_monitor();
  const int before = state_->closed_listeners;
  const int expected = static_cast<int>(state_->endpoints.size());
  for (const auto& endpoint : state_->endpoints) CHECK(zmq_unbind(line.socket.raw(), endpoint.c_str()) == 0);
  state_->endpoints.clear();
  // An end that we make ourselves is no event of the monitor.
  for (const auto& [number, record] : state_->records) state_->departures.suspect(number, true);
  const Time until = read_steady() + kUnbindPatience;
  while (true) {
    state_->read_monitor();
    const Duration left = until - read_steady();
    if (state_->closed_listeners - before >= expected || left <= Duration{}) return;
    zmq_pollitem_t item{line.monitor.raw(), 0, ZMQ_POLLIN, 0};
    zmq_poll(&item, 1, static_cast<long>(left.us / 1000 + 1));
  }
}

void ServerSocket::hang_up() {
  stop_listening();
  state_->line->socket.set(ZMQ_LINGER, 0);
  state_->line = std::make_unique<Line>(state_->context, state_->options);
  std::vector<std::uint64_t> all;
  for (const auto& [number, record] : state_->records) all.push_back(number);
  std::sort(all.begin(), all.end());
  for (const auto number : all) state_->bury(number);
  state_->by_routing_id.clear();
  state_->departures.clear();
}

bool ServerSocket::receive(Received& out) {
  while (state_->receive_frames(out.frames)) {
    if (out.frames.empty() || is_probe(out.frames)) continue;
    const State::Record* sender = state_->sender_of(out.frames.front());
    if (sender == nullptr) continue;
    out.peer = sender->peer;
    out.key = sender->key;
    out.fd = sender->fd;
    ++state_->counters.received;
    return true;
  }
  state_->drained = state_->dead.size();
  return false;
}

Sent ServerSocket::send(Peer peer, std::span<Frame> frames) {
  CHECK(!frames.empty() && !(frames.size() == 1 && frames.front().empty()));
  const auto record = state_->records.find(peer.value);
  if (record == state_->records.end()) return Sent::unknown_peer;
  const auto owner = state_->by_routing_id.find(record->second.routing_id);
  if (owner == state_->by_routing_id.end() || owner->second != peer.value) return Sent::unknown_peer;
  Sent result = state_->try_send(record->second.routing_id, frames);
  if (result == Sent::full) {
    state_->line->socket.events();  // what the peer has read may wait in the mailbox
    result = state_->try_send(record->second.routing_id, frames);
  }
  if (result == Sent::unknown_peer) state_->bury(peer.value);
  if (result == Sent::sent) ++state_->counters.sent;
  return result;
}

Sent ServerSocket::send(Peer peer, Frame frame) {
  return send(peer, {&frame, 1});
}

void ServerSocket::take_gone(Time now, std::vector<Peer>& gone) {
  state_->read_monitor();
  ZmqSocket& socket = state_->line->socket;
  const auto due = state_->departures.due(now);
  if (!due.empty()) socket.events();  // lets the ROUTER hear which pipes ended
  for (const auto number : due) state_->probe(number, now);
  if (state_->dead.empty()) return;
  if ((socket.events() & ZMQ_POLLIN) == 0) state_->drained = state_->dead.size();
  for (std::size_t i = 0; i < state_->drained; ++i) {
    state_->forget(state_->dead[i]);
    gone.push_back(state_->dead[i]);
  }
  state_->dead.erase(state_->dead.begin(),
                     state_->dead.begin() + static_cast<std::ptrdiff_t>(state_->drained));
  state_->drained = 0;
}

std::string ServerSocket::address(Peer peer) const {
  const auto record = state_->records.find(peer.value);
  return record == state_->records.end() ? "" : record->second.address;
}

ServerCounters ServerSocket::counters() const {
  return state_->counters;
}

void ServerSocket::raw_sockets(std::vector<void*>& out) const {
  out.push_back(state_->line->socket.raw());
  out.push_back(state_->line->monitor.raw());
}

std::optional<Time> ServerSocket::deadline() const {
  return state_->dead.empty() ? state_->departures.deadline() : Time{};
}

}  // namespace argosy::fabric
