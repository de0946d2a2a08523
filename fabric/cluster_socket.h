// A ClientSocket to a cluster that may move: it goes where the cluster says, once the new place is believed and answers.
//
// Configured: an endpoint and its certificate file. Told (move()): kept in `kept` when its certificate is believed, then tried by a
// second connection beside the first; when that one's handshake is done it takes the first one's place, and the owner hears
// disconnected and connected. What is not believed, or cannot be reached, leaves everything as it is; it is told as a note, counted,
// and tried again for ever. A place that was reached once is where the next process starts. Where a place has two certificates, while
// its key is rotated, both keys are tried in turn. Owner's loop: as client_socket.h. Thread rule: one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fabric/client_socket.h"
#include "fabric/whereabouts.h"

namespace argosy::fabric {

// Whom to connect to, and whom to believe.
struct ClusterPlace {
  std::string endpoint;                      // as configured
  std::filesystem::path authorities;         // one or two CA certificates
  std::filesystem::path endpoint_certificate;
  std::filesystem::path kept;                // where the cluster moved; need not be there
};

class ClusterSocket : public Pollable {
 public:
  // `options`: endpoint and server_key are filled in here. Failure: neither place is believed, or an endpoint is no endpoint.
  static Result<std::unique_ptr<ClusterSocket>> connect(Context& context, ClusterPlace place, ClientOptions options);
  ~ClusterSocket() override;

  // As ClientSocket's, of the connection that counts.
  Sent send(std::span<Frame> frames);
  bool receive(Frames& out);
  void take_events(Time now, std::vector<ClientEvent>& events);
  bool connected() const;
  void reconnect(Time now, std::vector<ClientEvent>& events);

  // The cluster says that it moved. The same again, or a lower serial, changes nothing.
  void move(const Whereabouts& told, Time now);

  const std::string& endpoint() const;       // of the connection that counts
  std::uint64_t serial() const;              // of what is kept; 0: never moved
  std::uint64_t disbelieved() const;         // how often what was told was not believed, or not kept
  std::vector<std::string> take_notes();     // for the log: what was told, tried and reached; one line each

  void raw_sockets(std::vector<void*>& out) const override;
  std::optional<Time> deadline() const override;

 private:
  struct State;
  explicit ClusterSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace argosy::fabric
