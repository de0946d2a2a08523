// The broker's shell: frames to events, effects to calls. One loop on one thread; the gate and libzmq have
// their own.
//
// Failure: open() names what is wrong with configuration, key, roster, disk or port; run() ends early only
// when the epoch cannot be kept. Thread rule: one thread from open() to the end.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "broker/config.h"
#include "broker/identities.h"
#include "broker/keepsakes.h"
#include "broker/machine.h"
#include "fabric/context.h"
#include "fabric/gate.h"
#include "fabric/poll.h"
#include "fabric/server_socket.h"

namespace argosy::broker {

class Shell {
 public:
  enum class Order { none, reread_roster, stop };

  // Reads the files, raises the epoch, keeps it, and listens.
  static Result<std::unique_ptr<Shell>> open(Config config);

  std::string endpoint() const { return server_->endpoint(); }

  // Serves until `read_order`, called whenever `fd` is readable, says stop; then says Bye to all.
  Status run(int fd, const std::function<Order()>& read_order);

  const State& state() const { return machine_.state(); }

 private:
  Shell(Config config, Keepsakes kept, fabric::KeyPair keys);

  Status rise();
  void turn();
  void receive();
  void take(fabric::Received& received);
  void take_departures();
  void report_gate(Now now);
  void reread_roster();
  void recheck_identities();

  void step(Event event);
  void settle();
  void honour(Effects& effects);
  void send(Outgoing& outgoing);

  Config config_;
  Keepsakes kept_;
  Machine machine_;
  fabric::Context context_;
  fabric::Gate gate_;
  Identities identities_;
  std::unique_ptr<fabric::ServerSocket> server_;
  fabric::PollSet polls_;

  std::map<PeerId, fabric::PublicKey> keys_;  // of peers that said something
  fabric::Frame body_;                        // of the message that the machine looks at
  std::deque<Event> follow_ups_;              // what honouring effects brought about
  std::optional<Error> failed_;
  bool stopped_ = false;
  Time gate_seen_at_;
  std::uint64_t gate_refused_ = 0;
};

// The program: serves in the foreground until SIGTERM or SIGINT; SIGHUP reads the roster again. Tells when it
// is ready. Returns the exit status; a failure is one line on stderr.
int run_broker(const Config& config);

}  // namespace argosy::broker
