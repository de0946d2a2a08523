#include "fabric/client_socket.h"

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "base/rng.h"
#include "fabric/line_watch.h"
#include "fabric/sealing.h"
#include "fabric/zmq_socket.h"

namespace argosy::fabric {
namespace {

constexpr std::size_t kMaxFrames = 64;
constexpr Duration kEagerConnect = milliseconds(300);
constexpr int kNeverByItselfMs = 3'600'000;
constexpr int kMonitored = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
                           ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                           ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

int milliseconds_of(Duration duration) {
  return static_cast<int>(duration.us / 1000);
}

HandshakeRefusal refusal_of(int event) {
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return HandshakeRefusal::by_gate;
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) return HandshakeRefusal::protocol;
  return HandshakeRefusal::no_answer;
}

}  // namespace

std::string_view to_text(HandshakeRefusal refusal) {
  switch (refusal) {
    case HandshakeRefusal::none:
      return "none";
    case HandshakeRefusal::by_gate:
      return "this key is not admitted there";
    case HandshakeRefusal::protocol:
      return "the other side does not speak the protocol";
    case HandshakeRefusal::no_answer:
      return "no answer to the handshake, or the server has another key";
  }
  return "unknown";
}

struct ClientSocket::State {
  State(Context& context, ClientOptions in_options)
      : options(std::move(in_options)),
        socket(context, ZMQ_DEALER),
        monitor(context, socket, kMonitored),
        pause(options.reconnect_min),
        rng(random_seed()) {}

  const ClientOptions options;
  ZmqSocket socket;
  Monitor monitor;
  bool connected = false;
  bool told_unreachable = false;
  Duration pause;                // before the next try that is not eager
  std::optional<Time> eager_until;  // nothing: connected, or not looked at yet
  std::optional<Time> retry_at;     // set: hung up until then
  Time probe_at;                    // while connected
  int descriptor = -1;              // libzmq's, of the last connection that TCP made
  LineWatch watch;                  // while connected, and where we probe
  Rng rng;

  void set_options();
  bool dial(bool eagerly) {
    const Duration timeout = eagerly ? std::min(options.connect_timeout, kEagerConnect) : options.connect_timeout;
    socket.set(ZMQ_CONNECT_TIMEOUT, milliseconds_of(timeout));
    return zmq_connect(socket.raw(), options.endpoint.c_str()) == 0;
  }
  bool is_eager(Time now) const { return !eager_until || now < *eager_until; }
  void handle(const MonitorEvent& event, Time now, std::vector<ClientEvent>& events);
  void lost(Time now, std::vector<ClientEvent>& events);
  void failed(Time now, std::vector<ClientEvent>& events);
  void hang_up(Time now, Duration least, Duration spread);
  void wait_a_moment(Time now) { hang_up(now, options.reconnect_min, options.reconnect_min); }
  void wait_a_while(Time now);
  void probe(Time now);
  void refused(HandshakeRefusal refusal, Time now, std::vector<ClientEvent>& events);
  Sent try_send(std::span<Frame> frames);
};

void ClientSocket::State::set_options() {
  set_line_options(socket,
                   {options.max_message_bytes, options.send_queue_messages, options.receive_queue_messages,
                    options.handshake, options.dead_after, options.linger});
  // Each connection is dialled and hung up here. With ZMQ_IMMEDIATE a loss takes the pipe away from under its reader,
  // even between two frames of a message; without it, what was queued would go to the next connection.
  socket.set(ZMQ_RECONNECT_IVL, kNeverByItselfMs);
  // With IPv6 on, libzmq prefers it for names, and "localhost" would miss a server on 127.0.0.1.
  socket.set(ZMQ_IPV6, options.endpoint.find('[') != std::string::npos ? 1 : 0);
  socket.set_bytes(ZMQ_CURVE_SERVERKEY, options.server_key.bytes().data(), PublicKey::kSize);
  socket.set_bytes(ZMQ_CURVE_PUBLICKEY, options.keys.public_key.bytes().data(), PublicKey::kSize);
  socket.set_bytes(ZMQ_CURVE_SECRETKEY, options.keys.secret_key.bytes().data(), SecretKey::kSize);
}

// What was queued on the connection is lost with it.
void ClientSocket::State::hang_up(Time now, Duration least, Duration spread) {
  zmq_disconnect(socket.raw(), options.endpoint.c_str());
  watch.end();
  retry_at = now + least + microseconds(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(spread.us + 1))));
}

// libzmq starts its back-off anew after each connection that TCP made, so a refused client would knock a
// hundred times a second.
void ClientSocket::State::refused(HandshakeRefusal refusal, Time now, std::vector<ClientEvent>& events) {
  wait_a_while(now);
  events.push_back({ClientEventKind::handshake_refused, refusal});
}

void ClientSocket::State::wait_a_while(Time now) {
  hang_up(now, pause, pause / 4);
  pause = std::min(pause * 2, options.reconnect_max);
}

void ClientSocket::State::lost(Time now, std::vector<ClientEvent>& events) {
  connected = false;
  eager_until = now + options.eager;
  events.push_back({ClientEventKind::disconnected});
  wait_a_moment(now);
}

void ClientSocket::State::failed(Time now, std::vector<ClientEvent>& events) {
  if (!told_unreachable) events.push_back({ClientEventKind::unreachable});
  told_unreachable = true;
  if (!eager_until) eager_until = now + options.eager;
  is_eager(now) ? wait_a_moment(now) : wait_a_while(now);
}

void ClientSocket::State::probe(Time now) {
  if (!connected || options.probe <= Duration{} || now < probe_at) return;
  probe_at = now + options.probe;
  Frame nothing;
  socket.send(nothing, false);
}

void ClientSocket::State::handle(const MonitorEvent& event, Time now, std::vector<ClientEvent>& events) {
  if (retry_at) return;  // about a connection that was given up
  switch (event.event) {
    case ZMQ_EVENT_CONNECTED:
      descriptor = static_cast<int>(event.value);
      return;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      connected = true;
      told_unreachable = false;
      eager_until.reset();
      pause = options.reconnect_min;
      probe_at = now + options.probe;
      if (options.probe > Duration{}) watch.begin(descriptor, now);
      events.push_back({ClientEventKind::connected});
      return;
    case ZMQ_EVENT_DISCONNECTED:
      if (!connected) return refused(HandshakeRefusal::no_answer, now, events);
      return lost(now, events);
    case ZMQ_EVENT_CONNECT_RETRIED:
      return failed(now, events);
    default:
      told_unreachable = false;
      return refused(refusal_of(event.event), now, events);
  }
}

Sent ClientSocket::State::try_send(std::span<Frame> frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (socket.send(frames[i], i + 1 < frames.size())) continue;
    CHECK(errno == EAGAIN);
    // Behind the first frame: the connection ended between the two. libzmq drops those that it took, and, once they are
    // said, those that follow. They are lost as what is queued on a connection that breaks.
    if (i == 0) return Sent::full;
  }
  return Sent::sent;
}

ClientSocket::ClientSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}

ClientSocket::~ClientSocket() = default;

Result<std::unique_ptr<ClientSocket>> ClientSocket::connect(Context& context, ClientOptions options) {
  auto state = std::make_unique<State>(context, std::move(options));
  state->set_options();
  if (!state->options.endpoint.starts_with("tcp://") || !state->dial(true)) {
    return Error{"'" + state->options.endpoint + "' is not an endpoint; write tcp://HOST:PORT"};
  }
  return std::unique_ptr<ClientSocket>(new ClientSocket(std::move(state)));
}

Sent ClientSocket::send(std::span<Frame> frames) {
  CHECK(!frames.empty() && !(frames.size() == 1 && frames.front().empty()));
  if (!state_->connected) return Sent::full;
  const Sent result = state_->try_send(frames);
  if (result == Sent::sent) return result;
  state_->socket.events();  // a connection made, or messages read by the server, may wait in the mailbox
  return state_->try_send(frames);
}

Sent ClientSocket::send(Frame frame) {
  return send({&frame, 1});
}

bool ClientSocket::receive(Frames& out) {
  while (true) {
    out.clear();
    Frame first;
    if (!state_->socket.receive(first)) return false;
    out.push_back(std::move(first));
    while (state_->socket.more_follows()) {
      Frame frame;
      CHECK(state_->socket.receive(frame));  // a pipe is taken away by hanging up alone
      if (out.size() < kMaxFrames) out.push_back(std::move(frame));
    }
    const bool probe = out.size() == 1 && out.front().empty();
    if (!probe) return true;
  }
}

void ClientSocket::take_events(Time now, std::vector<ClientEvent>& events) {
  while (const auto event = state_->monitor.next()) state_->handle(*event, now, events);
  if (state_->watch.moved(now)) state_->lost(now, events);
  if (state_->retry_at && *state_->retry_at <= now) {
    state_->retry_at.reset();
    CHECK(state_->dial(state_->is_eager(now)));
  }
  state_->probe(now);
}

bool ClientSocket::connected() const {
  return state_->connected;
}

void ClientSocket::reconnect(Time now, std::vector<ClientEvent>& events) {
  take_events(now, events);
  state_->hang_up(now, Duration{}, Duration{});
  if (state_->connected) events.push_back({ClientEventKind::disconnected});
  state_->connected = false;
  state_->told_unreachable = false;
  state_->pause = state_->options.reconnect_min;
  state_->eager_until = now + state_->options.eager;
}

void ClientSocket::raw_sockets(std::vector<void*>& out) const {
  out.push_back(state_->socket.raw());
  out.push_back(state_->monitor.raw());
}

std::optional<Time> ClientSocket::deadline() const {
  if (state_->retry_at) return state_->retry_at;
  const auto look = state_->watch.deadline();
  return look ? std::min(*look, state_->probe_at) : look;
}

}  // namespace argosy::fabric
