// The network: connections from masters, workers, clients and brokers to brokers. Each is FIFO in both directions, with
// delays; what is under way when one is cut is lost, delivered, delivered very late, or sent again on the next connection, as
// the seed has it. Hosts can be dark, and the way from one to another can be cut in one direction only; then all is held back.
// A broker listens on an address of its own; where the virtual endpoint leads to, each dialler sees for itself (address.h).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/rng.h"
#include "schemas/envelope.h"
#include "tests/sim/agenda.h"
#include "tests/sim/host.h"

namespace argosy::sim {

struct Frames {
  std::string envelope;
  std::string body;
};

using LinkId = std::uint64_t;  // never used again
enum class Port : std::uint8_t { endpoint, own };  // of a broker
enum class Release : std::uint8_t { previous, current };  // of a party's program

// Who dials.
class Party {
 public:
  // `label`: tells those apart who have one name: twins, a broker's links. Empty: nobody else has this name.
  Party(Agenda& agenda, Role role, std::string name, std::string label = {})
      : process(agenda), role_(role), name_(std::move(name)), label_(std::move(label)) {}
  virtual ~Party() = default;

  virtual void link_up() = 0;
  virtual void link_down() = 0;
  virtual void frames_came(const Frames& frames) = 0;
  virtual void refused() {}                       // a try to connect was
  virtual std::string host() const { return label(); }
  virtual std::string peer() const { return {}; } // the broker on whose own address it dials; empty: the virtual endpoint
  virtual std::string place() const { return {}; } // name of the virtual endpoint, where the cluster moved

  Role role() const { return role_; }
  const std::string& name() const { return name_; }
  std::string title() const;   // role and name: what a key says
  std::string label() const { return label_.empty() ? title() : label_; }

  Process process;
  Release release = Release::current;

 private:
  Role role_;
  std::string name_;
  std::string label_;
};

// Who is dialled: a broker.
class Hub {
 public:
  Hub(Agenda& agenda, std::string name) : process(agenda), name_(std::move(name)) {}
  virtual ~Hub() = default;

  virtual void frames_came(LinkId link, Port port, const Party& from, const Frames& frames) = 0;
  virtual void link_gone(LinkId link) = 0;

  const std::string& name() const { return name_; }   // and its host's
  bool listens() const { return listens_ && process.up(); }  // on the virtual endpoint
  void set_listens(bool listens) { listens_ = listens; }

  Process process;

 private:
  std::string name_;
  bool listens_ = false;
};

class Network {
 public:
  Network(Agenda& agenda, Rng& rng, Duration delay_most) : agenda_(agenda), rng_(rng), delay_most_(delay_most) {}

  void add_hub(Hub& hub) { hubs_[hub.name()] = &hub; }
  // The hub on whose host the virtual endpoint of that name is, for somebody on that host; nullptr: nowhere that answers.
  using Resolve = std::function<Hub*(const std::string& host, const std::string& place)>;
  void set_resolve(Resolve resolve) { resolve_ = std::move(resolve); }
  void set_delay(Duration most) { delay_most_ = most; }

  // Dials until there is a link; then the party is told link_up(), and link_down() when it breaks, and dialled anew.
  void join(Party& party);
  void leave(Party& party);      // no more: its process was killed or has left
  void reconnect(Party& party);  // closes the socket and dials anew
  // Whether the virtual endpoint of that name takes connections from there.
  bool answers(const Party& party, const std::string& place) const;
  void hub_died(Hub& hub);       // all its links break
  void hub_stops(Hub& hub);      // listening on the virtual endpoint: what is queued there is still sent

  void send_up(Party& party, Frames frames);
  // False: there is no such link any more.
  bool send_down(LinkId link, Frames frames);

  // Faults.
  void cut(Party& party);
  void partition(Party& party, Duration how_long);  // its connection may not outlive that
  void darken(const std::string& host, Duration how_long);
  void wall(const std::string& from, const std::string& to, Duration how_long);  // one way
  void heal();

  bool reaches(const std::string& from, const std::string& to) const { return open_at(from, to) <= agenda_.now(); }
  std::uint64_t late() const { return late_; }  // messages that were heard after their connection had ended

 private:
  enum class Fate : std::uint8_t { lost, delivered, late, sent_again };

  struct Link {
    LinkId id = 0;
    Party* party = nullptr;
    Hub* hub = nullptr;
    Port port = Port::endpoint;
    std::uint64_t party_life = 0;
    std::uint64_t hub_life = 0;
    bool open = true;
    std::deque<Frames> up, down;
    Fate up_fate = Fate::delivered, down_fate = Fate::delivered;
    Time up_last, down_last;    // arrival of the latest
    Time up_from, down_from;    // nothing arrives before: late delivery
  };
  using LinkPtr = std::shared_ptr<Link>;

  struct Plug {                  // of a party
    bool wanted = false;
    std::uint64_t dial = 0;      // counts dial attempts: an older one is void
    LinkPtr link;
    std::deque<Frames> backlog;  // sent first on the next link
  };

  void dial(Party& party, Duration after);
  void try_to_connect(Party& party);
  bool hears_both_ways(const Party& party, const Hub& hub) const;
  void connect(Party& party, Hub& hub);
  void pump_up(const LinkPtr& link);
  void pump_down(const LinkPtr& link);
  void close(const LinkPtr& link, Fate up, Fate down, bool tell_party, bool tell_hub);
  Time open_at(const std::string& from, const std::string& to) const;
  Duration delay();
  Fate any_fate();

  Agenda& agenda_;
  Rng& rng_;
  Duration delay_most_;
  Resolve resolve_;
  std::map<std::string, Hub*> hubs_;
  std::map<std::string, Plug> plugs_;  // by the party's label
  std::map<std::string, Time> dark_until_;
  std::map<std::pair<std::string, std::string>, Time> walls_;
  std::map<LinkId, LinkPtr> links_;
  LinkId last_link_ = 0;
  std::uint64_t late_ = 0;
};

}  // namespace argosy::sim
