// The side that listens: a CURVE ROUTER that knows who said each message and which peers are gone.
//
// A Peer is one connection, never used again: who comes back is a new Peer. Its key comes from the handshake
// that the gate approved, so a message without one is dropped and counted. Owner's loop: wait in a PollSet;
// receive() until false; then take_gone(). A peer is told gone after its last message. Peers that never said
// a message are not told. Failure: see each verb. Thread rule: one thread.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "fabric/context.h"
#include "fabric/frame.h"
#include "fabric/gate.h"
#include "fabric/keys.h"
#include "fabric/pollable.h"
#include "fabric/sent.h"

namespace argosy::fabric {

// One connection of one ServerSocket, counted from 1.
struct Peer {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Peer&) const = default;
};

struct ServerOptions {
  KeyPair keys;                              // the endpoint's: its certificate carries the public key
  std::int64_t max_message_bytes = 8 << 20;  // a frame above it ends its sender's connection
  int send_queue_messages = 1000;            // for each peer
  int receive_queue_messages = 1000;         // for each peer
  int backlog = 1024;
  Duration handshake = seconds(2);
  Duration dead_after = seconds(4);     // a connection ends whose host acknowledges nothing for so long
  Duration linger = milliseconds(200);  // for queued frames, when this object goes
};

struct Received {
  Peer peer;
  PublicKey key;
  int fd = -1;    // of the connection, for diagnosis only
  Frames frames;  // at least one
};

struct ServerCounters {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t dropped_without_identity = 0;
  std::uint64_t probes = 0;
};

class ServerSocket : public Pollable {
 public:
  // The gate is asked for so that no server stands without one.
  ServerSocket(Context& context, Gate& gate, ServerOptions options);
  ~ServerSocket() override;

  // Binds "tcp://address:port" (port 0: any free one) beside what is bound already. IPv6 addresses in
  // brackets.
  Status listen(const std::string& endpoint);
  std::string endpoint() const;  // of the last listen, with the real port; empty: not listening
  // Stops listening on all endpoints; the ports are free when it returns (at most a second). libzmq gives no
  // way to keep the connections that a listener accepted: they end too, frames still queued on them may be
  // lost, and every peer is told gone after what it said before has been received. listen() works again
  // afterwards.
  void stop_listening();
  // The same at once: nothing more is sent or received on any connection.
  void hang_up();

  bool receive(Received& out);  // false: nothing now
  // All frames or none; they are consumed only when sent.
  Sent send(Peer peer, std::span<Frame> frames);
  Sent send(Peer peer, Frame frame);

  // Adds the peers that went away since the last call.
  void take_gone(Time now, std::vector<Peer>& gone);
  std::string address(Peer peer) const;  // "192.0.2.7"; empty: unknown peer
  ServerCounters counters() const;

  void raw_sockets(std::vector<void*>& out) const override;
  std::optional<Time> deadline() const override;  // call take_gone() then

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace argosy::fabric
