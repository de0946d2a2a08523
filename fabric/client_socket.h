// The side that connects: a CURVE DEALER to one endpoint whose key was verified before (certificates.h).
//
// It keeps trying for ever. For `eager` after a connection was lost tries stay reconnect_min to twice that apart,
// since another server may come any moment; then, and after refused handshakes, up to reconnect_max apart.
// Nothing is queued while there is no connection. Frames that were queued on a connection that breaks are
// lost: who must be heard repeats. Owner's loop: wait in a PollSet; take_events(); receive() until false.
// Thread rule: one thread.
#pragma once

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
#include "fabric/keys.h"
#include "fabric/pollable.h"
#include "fabric/sent.h"

namespace argosy::fabric {

struct ClientOptions {
  std::string endpoint;  // "tcp://host:port"
  PublicKey server_key;
  KeyPair keys;
  std::int64_t max_message_bytes = 8 << 20;
  int send_queue_messages = 1000;
  int receive_queue_messages = 1000;
  Duration reconnect_min = milliseconds(10);
  Duration reconnect_max = seconds(1);
  Duration eager = seconds(1);
  Duration connect_timeout = seconds(2);  // while eager, at most 300 ms: a host that is gone answers nothing
  Duration handshake = seconds(2);
  Duration probe = milliseconds(250);  // an empty frame so often, so that an address that moved is seen (line_watch.h); 0: none
  Duration dead_after = seconds(4);    // a connection ends whose host acknowledges nothing for so long
  Duration linger = milliseconds(200);  // how long destruction may wait for queued frames
};

enum class ClientEventKind {
  connected,          // handshake done: both sides know each other's key
  disconnected,       // an established connection ended; frames queued on it are lost
  handshake_refused,  // reached something, but no handshake; tried again later
  unreachable,        // nobody listens there (told once until something changes)
};

enum class HandshakeRefusal {
  none,
  by_gate,    // our key is not on the roster, or revoked
  protocol,   // the other side does not speak ZMTP with CURVE, or breaks it
  no_answer,  // wrong server key, or the other side hung up or said nothing in time
};
std::string_view to_text(HandshakeRefusal refusal);

struct ClientEvent {
  ClientEventKind kind;
  HandshakeRefusal refusal = HandshakeRefusal::none;
};

class ClientSocket : public Pollable {
 public:
  // Failure: the endpoint's text is not one that can be connected to.
  static Result<std::unique_ptr<ClientSocket>> connect(Context& context, ClientOptions options);
  ~ClientSocket() override;

  // All frames or none; consumed only when sent. Never unknown_peer.
  Sent send(std::span<Frame> frames);
  Sent send(Frame frame);
  bool receive(Frames& out);  // false: nothing now

  void take_events(Time now, std::vector<ClientEvent>& events);
  bool connected() const;  // as of the last take_events()
  // Drops the connection, if any, and connects anew with the next take_events(), which is due at once (e.g. when
  // the application hears nothing any more).
  void reconnect(Time now, std::vector<ClientEvent>& events);

  void raw_sockets(std::vector<void*>& out) const override;
  std::optional<Time> deadline() const override;  // call take_events() then

 private:
  struct State;
  explicit ClientSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace argosy::fabric
