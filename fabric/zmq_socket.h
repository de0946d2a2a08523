// Owners for a libzmq socket and for a monitor on one. For source files of fabric/ only.
//
// Thread rule: a socket and its monitor belong to one thread. A monitor must go before the socket that it
// watches.
#pragma once

#include <zmq.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "fabric/context.h"
#include "fabric/frame.h"
#include "fabric/keys.h"

namespace argosy::fabric {

class ZmqSocket {
 public:
  ZmqSocket(Context& context, int type);
  ~ZmqSocket();
  ZmqSocket(const ZmqSocket&) = delete;
  ZmqSocket& operator=(const ZmqSocket&) = delete;

  void* raw() const { return raw_; }
  void set(int option, int value);
  void set_wide(int option, std::int64_t value);
  void set_bytes(int option, const void* bytes, std::size_t size);
  std::string last_endpoint() const;

  // ZMQ_POLLIN | ZMQ_POLLOUT, after handling every command that waits in the mailbox. Sends and receives
  // alone may leave commands there for about a millisecond (libzmq throttles by the time stamp counter).
  int events() const;

  // Without waiting; a signal is no failure. False: errno says why.
  bool receive(Frame& frame);
  bool send(Frame& frame, bool more);
  bool send_copy(std::string_view bytes, bool more);
  bool more_follows() const;

 private:
  void* raw_;
};

// Sets what servers and clients share.
struct LineOptions {
  std::int64_t max_message_bytes;
  int send_queue_messages, receive_queue_messages;
  Duration handshake, dead_after, linger;
};
void set_line_options(ZmqSocket& socket, const LineOptions& options);

struct MonitorEvent {
  int event;  // ZMQ_EVENT_…
  std::int64_t value;
};

class Monitor {
 public:
  Monitor(Context& context, ZmqSocket& watched, int events);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  std::optional<MonitorEvent> next();  // nothing: none waits
  void* raw() const { return socket_.raw(); }

 private:
  ZmqSocket& watched_;
  ZmqSocket socket_;
};

}  // namespace argosy::fabric
