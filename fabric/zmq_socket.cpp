#include "fabric/zmq_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "fabric/sealing.h"

namespace argosy::fabric {
namespace {

int milliseconds_of(Duration duration) {
  return static_cast<int>(duration.us / 1000);
}

// Repeats a call that a signal interrupted.
template <class Call>
bool uninterrupted(Call call) {
  while (true) {
    if (call() >= 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace

ZmqSocket::ZmqSocket(Context& context, int type) : raw_(zmq_socket(context.raw(), type)) {
  CHECK(raw_ != nullptr);
}

ZmqSocket::~ZmqSocket() {
  zmq_close(raw_);
}

void ZmqSocket::set(int option, int value) {
  set_bytes(option, &value, sizeof value);
}

void ZmqSocket::set_wide(int option, std::int64_t value) {
  set_bytes(option, &value, sizeof value);
}

void ZmqSocket::set_bytes(int option, const void* bytes, std::size_t size) {
  CHECK(zmq_setsockopt(raw_, option, bytes, size) == 0);
}

std::string ZmqSocket::last_endpoint() const {
  char text[256] = "";
  std::size_t size = sizeof text;
  CHECK(zmq_getsockopt(raw_, ZMQ_LAST_ENDPOINT, text, &size) == 0);
  return text;
}

int ZmqSocket::events() const {
  int events = 0;
  std::size_t size = sizeof events;
  uninterrupted([&] { return zmq_getsockopt(raw_, ZMQ_EVENTS, &events, &size); });
  return events;
}

bool ZmqSocket::receive(Frame& frame) {
  return uninterrupted(
      [&] { return zmq_msg_recv(static_cast<zmq_msg_t*>(frame.raw()), raw_, ZMQ_DONTWAIT); });
}

bool ZmqSocket::send(Frame& frame, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  return uninterrupted([&] { return zmq_msg_send(static_cast<zmq_msg_t*>(frame.raw()), raw_, flags); });
}

bool ZmqSocket::send_copy(std::string_view bytes, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  return uninterrupted([&] { return zmq_send(raw_, bytes.data(), bytes.size(), flags); });
}

bool ZmqSocket::more_follows() const {
  int more = 0;
  std::size_t size = sizeof more;
  CHECK(zmq_getsockopt(raw_, ZMQ_RCVMORE, &more, &size) == 0);
  return more != 0;
}

void set_line_options(ZmqSocket& socket, const LineOptions& options) {
  socket.set_wide(ZMQ_MAXMSGSIZE, options.max_message_bytes);
  socket.set(ZMQ_SNDHWM, options.send_queue_messages);
  socket.set(ZMQ_RCVHWM, options.receive_queue_messages);
  socket.set(ZMQ_HANDSHAKE_IVL, milliseconds_of(options.handshake));
  socket.set(ZMQ_LINGER, milliseconds_of(options.linger));
  // Not ZMTP's heartbeats: libzmq stops reading while its owner's queue is full. It answers no pings then, so the other
  // side ends a connection that is merely busy; and the next ping of its own after that end aborts the process
  // ("!_io_error" in its stream_engine_base.cpp).
  const int seconds = std::max(1, milliseconds_of(options.dead_after) / 1000);
  socket.set(ZMQ_TCP_MAXRT, milliseconds_of(options.dead_after));
  socket.set(ZMQ_TCP_KEEPALIVE, 1);
  socket.set(ZMQ_TCP_KEEPALIVE_IDLE, seconds);
  socket.set(ZMQ_TCP_KEEPALIVE_INTVL, 1);
}

Monitor::Monitor(Context& context, ZmqSocket& watched, int events)
    : watched_(watched), socket_(context, ZMQ_PAIR) {
  // An I/O thread that finds a monitor's queue full waits for ever, with all its connections: so no limit
  // here. The owner's loop empties it; an event takes some 100 bytes.
  socket_.set(ZMQ_RCVHWM, 0);
  socket_.set(ZMQ_LINGER, 0);
  const std::string address = "inproc://monitor-" + random_key_text();
  CHECK(zmq_socket_monitor(watched.raw(), address.c_str(), events) == 0);
  CHECK(zmq_connect(socket_.raw(), address.c_str()) == 0);
}

Monitor::~Monitor() {
  zmq_socket_monitor(watched_.raw(), nullptr, 0);
}

std::optional<MonitorEvent> Monitor::next() {
  Frame head, address;
  if (!socket_.receive(head)) return std::nullopt;
  CHECK(socket_.more_follows() && socket_.receive(address));
  CHECK(head.size() == 6);
  std::uint16_t event;
  std::int32_t value;
  std::memcpy(&event, head.view().data(), sizeof event);
  std::memcpy(&value, head.view().data() + sizeof event, sizeof value);
  return MonitorEvent{event, value};
}

}  // namespace argosy::fabric
