// The links that a broker opens: one to each peer's own address, and, as long as somebody else may serve it, one
// to the virtual endpoint as everybody reaches it. While a link is down it knocks, to learn whether a process is
// there at all.
//
// Names are looked up aside, again and again while a link is down; as long as that is not answered, the address found
// last counts. Every word and every refused knock becomes an event for the machine; time is counted there. Failure: open()
// names an endpoint that is none. Thread rule: the broker's loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "broker/config.h"
#include "broker/effects.h"
#include "broker/events.h"
#include "fabric/client_socket.h"
#include "fabric/knock.h"
#include "fabric/poll.h"

namespace argosy::broker {

class Links {
 public:
  Links(fabric::Context& context, fabric::PollSet& polls, const Config& config, const fabric::KeyPair& keys);
  ~Links();

  Status open();
  void watch_endpoint(bool wanted);  // required: there are peers
  void send(LinkOutgoing& outgoing);  // dropped where the link is down
  void take(Time now, std::vector<Event>& events);
  std::optional<Time> deadline() const;  // call take() then

 private:
  struct Link;
  Status add(const std::string& peer, const std::string& endpoint);
  void connect(Link& link);
  void close(Link& link);
  void look_up(Link& link, Time now);
  void take_address(Link& link, Time now);
  void take_words(Link& link, std::vector<Event>& events);
  void take_changes(Link& link, Time now, std::vector<Event>& events);
  void knock(Link& link, Time now, std::vector<Event>& events);

  fabric::Context& context_;
  fabric::PollSet& polls_;
  const Config& config_;
  const fabric::KeyPair& keys_;
  std::vector<std::unique_ptr<Link>> links_;  // none without peers; the last is the endpoint's
};

}  // namespace argosy::broker
