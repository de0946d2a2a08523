// The network: connections from masters, workers and clients to the broker. Each is FIFO in both directions, with delays;
// what is under way when one is cut is lost, delivered, delivered very late, or sent again on the next connection, as the
// seed has it. A partition holds everything back, and then goes away or turns into a cut that nobody is told of.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

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

// Who dials.
class Party {
 public:
  // `label`: tells twins apart, who have one name. Empty: nobody has this name twice.
  Party(Agenda& agenda, Role role, std::string name, std::string label = {})
      : process(agenda), role_(role), name_(std::move(name)), label_(std::move(label)) {}
  virtual ~Party() = default;

  virtual void link_up() = 0;
  virtual void link_down() = 0;
  virtual void frames_came(const Frames& frames) = 0;

  Role role() const { return role_; }
  const std::string& name() const { return name_; }
  std::string title() const;   // role and name: what a key says
  std::string label() const { return label_.empty() ? title() : label_; }

  Process process;

 private:
  Role role_;
  std::string name_;
  std::string label_;
};

// Who is dialled: the broker.
class Hub {
 public:
  explicit Hub(Agenda& agenda) : process(agenda) {}
  virtual ~Hub() = default;

  virtual void frames_came(LinkId link, const Party& from, const Frames& frames) = 0;
  virtual void link_gone(LinkId link) = 0;

  Process process;
};

class Network {
 public:
  Network(Agenda& agenda, Rng& rng, Duration delay_most) : agenda_(agenda), rng_(rng), delay_most_(delay_most) {}

  void set_hub(Hub* hub) { hub_ = hub; }
  void set_delay(Duration most) { delay_most_ = most; }

  // Dials until there is a link; then the party is told link_up(), and link_down() when it breaks, and dialled anew.
  void join(Party& party);
  void leave(Party& party);      // no more: its process was killed or has left
  void reconnect(Party& party);  // closes the socket and dials anew
  void hub_died();               // all links break

  void send_up(Party& party, Frames frames);
  // False: there is no such link any more.
  bool send_down(LinkId link, Frames frames);

  // Faults.
  void cut(Party& party);
  void partition(Party& party, Duration how_long);
  void heal();

  std::uint64_t late() const { return late_; }  // messages that were heard after their connection had ended

 private:
  enum class Fate : std::uint8_t { lost, delivered, late, sent_again };

  struct Link {
    LinkId id = 0;
    Party* party = nullptr;
    std::uint64_t party_life = 0;
    std::uint64_t hub_life = 0;
    bool open = true;
    std::deque<Frames> up, down;
    Fate up_fate = Fate::delivered, down_fate = Fate::delivered;
    Time up_last, down_last;    // arrival of the latest
    Time up_from, down_from;    // nothing arrives before: late delivery
  };
  using LinkPtr = std::shared_ptr<Link>;

  struct Port {                  // of a party
    bool wanted = false;
    std::uint64_t dial = 0;      // counts dial attempts: an older one is void
    LinkPtr link;
    std::deque<Frames> backlog;  // sent first on the next link
    Time partitioned_until;
  };

  void dial(Party& party, Duration after);
  void connect(Party& party);
  void pump_up(const LinkPtr& link);
  void pump_down(const LinkPtr& link);
  void close(const LinkPtr& link, Fate up, Fate down, bool tell_party, bool tell_hub);
  bool partitioned(const Party& party) const;
  Duration delay();
  Fate any_fate();

  Agenda& agenda_;
  Rng& rng_;
  Duration delay_most_;
  Hub* hub_ = nullptr;
  std::map<std::string, Port> ports_;  // by the party's label
  std::map<LinkId, LinkPtr> links_;
  LinkId last_link_ = 0;
  std::uint64_t late_ = 0;
};

}  // namespace argosy::sim
