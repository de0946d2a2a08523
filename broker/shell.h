// The broker's shell: frames to events, effects to calls. One loop on one thread; the gate and libzmq have
// their own. What the other brokers hear comes from this same loop: one that hangs is silent.
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
#include "broker/hook_runner.h"
#include "broker/identities.h"
#include "broker/keepsake_writer.h"
#include "broker/keepsakes.h"
#include "broker/links.h"
#include "broker/machine.h"
#include "broker/process_mark.h"
#include "fabric/context.h"
#include "fabric/gate.h"
#include "fabric/poll.h"
#include "fabric/server_socket.h"

namespace argosy::broker {

class Shell {
 public:
  enum class Order { none, reread_roster, stop };

  // Reads the files. Without peers: raises the epoch, keeps it, and listens. With peers it stands by at first.
  // `tell` hears once that it serves ("ready tcp://…") and once that it stands by ("ready standby NAME").
  using Tell = std::function<void(const std::string&)>;
  static Result<std::unique_ptr<Shell>> open(Config config, Tell tell = {});

  std::string endpoint() const { return server_->endpoint(); }  // empty: it does not serve

  // Serves until `read_order`, called whenever `fd` is readable, says stop; then says Bye to all.
  Status run(int fd, const std::function<Order()>& read_order);

  const State& state() const { return machine_.state(); }

 private:
  Shell(Config config, Keepsakes kept, ProcessMark mark, fabric::KeyPair keys, Tell tell);

  Status begin();
  void turn();
  void receive(fabric::ServerSocket& server, Via via);
  void take(fabric::Received& received, Via via);
  void take_departures(fabric::ServerSocket& server, Via via);
  void take_brokers();
  void take_kept();
  void steps(std::vector<Event>& events);
  void report_gate(Now now);
  void reread_roster();
  void recheck_identities();

  void step(Event event);
  void settle();
  void honour(Effects& effects);
  void keep(Effects& effects);
  void honour_brokers(Effects& effects);
  void send(Outgoing& outgoing);
  void tell_readiness();
  std::optional<Time> deadline() const;

  Config config_;
  const Keepsakes kept_;  // as it was at the start
  ProcessMark mark_;
  fabric::KeyPair key_pair_;
  Tell tell_;
  Machine machine_;
  fabric::Context context_;
  fabric::Gate gate_;
  Identities identities_;
  fabric::PollSet polls_;
  std::unique_ptr<fabric::ServerSocket> server_;
  std::unique_ptr<fabric::ServerSocket> peer_server_;  // nullptr: no peers
  Links links_;
  HookRunner hooks_;
  KeepsakeWriter writer_;

  std::map<PeerId, fabric::PublicKey> keys_;  // of peers that said something
  fabric::Frame body_;                        // of the message that the machine looks at
  std::deque<Event> follow_ups_;              // what honouring effects brought about
  std::optional<Error> failed_;
  bool stopped_ = false;
  bool told_serving_ = false;
  bool told_standby_ = false;
  Time gate_seen_at_;
  std::uint64_t gate_refused_ = 0;
};

// The program: serves in the foreground until SIGTERM or SIGINT; SIGHUP reads the roster again. Tells when it
// is ready. Returns the exit status; a failure is one line on stderr.
int run_broker(const Config& config);

}  // namespace argosy::broker
