// Words that open, keep and close a connection, and that say who is where. protocol.md, "Sessions".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/envelope.h"
#include "schemas/package.h"

namespace argosy {

// The machine a party runs on. Two hosts with one key are told apart by machine_id; boot_id proves an earlier boot dead.
struct Host {
  std::string name;        // for people
  std::string machine_id;
  std::string boot_id;

  auto operator<=>(const Host&) const = default;
  template <class V>
  void visit(V& v) { v(name); v(machine_id); v(boot_id); }
};

// An item that a worker holds, running or not yet, with what it reserves: fills the broker's ledger.
struct HeldItem {
  ItemRef item;
  Resources resources;

  bool operator==(const HeldItem&) const = default;
  template <class V>
  void visit(V& v) { v(item); v(resources); }
};

// any → broker: the first word on every connection, and again after every reconnection.
struct Hello {
  static constexpr std::uint16_t word = 1;
  SessionId session;                     // of this process
  Host host;
  std::string build;                     // version of the program, for people
  std::vector<ShardTerm> holds;          // masters: shards held
  Resources capacity;                        // workers: all that tasks may reserve, and the tags
  std::uint32_t prefetch = 0;            // workers: how many items may wait beyond those that fit
  bool draining = false;                 // workers: takes nothing new
  std::vector<HeldItem> held;            // workers
  std::uint64_t incarnation = 0;         // masters: of their catalog; 0: not known yet

  template <class V>
  void visit(V& v) {
    v(session); v(host); v(build); v(holds); v(capacity); v(prefetch); v(draining); v(held); v(incarnation);
  }
};

// Who holds a shard, as far as the broker knows. holder empty: nobody.
struct Holder {
  ShardTerm reign;
  std::string master;

  auto operator<=>(const Holder&) const = default;
  template <class V>
  void visit(V& v) { v(reign); v(master); }
};

// broker → any: Hello heard. What was said on an earlier connection no longer counts.
struct Welcome {
  static constexpr std::uint16_t word = 2;
  ConnectionId connection;
  Duration heartbeat;                    // say something, at least Ping, this often
  Duration silence;                      // a peer that is not heard for this long is gone
  std::vector<Holder> holders;
  std::string cluster;                   // name, for people

  template <class V>
  void visit(V& v) { v(connection); v(heartbeat); v(silence); v(holders); v(cluster); }
};

// any → broker: leaves in an orderly way; broker → any: is stopping.
struct Bye {
  static constexpr std::uint16_t word = 3;
  std::string why;

  template <class V>
  void visit(V& v) { v(why); }
};

struct Ping {
  static constexpr std::uint16_t word = 4;
  std::uint64_t nonce = 0;

  template <class V>
  void visit(V& v) { v(nonce); }
};

struct Pong {
  static constexpr std::uint16_t word = 5;
  std::uint64_t nonce = 0;

  template <class V>
  void visit(V& v) { v(nonce); }
};

enum class Refusal : std::uint16_t {
  malformed = 1,          // cannot be decoded; the text says where
  version = 2,            // protocol version not spoken here
  unknown_word = 3,
  not_allowed = 4,        // the role may not say this word
  not_enabled = 5,        // the key is known, and not (or no longer) enabled
  no_hello = 6,           // spoke before Hello, or with a connection that is not current
  old_epoch = 7,
  old_term = 8,
  old_session = 9,
  twin = 10,              // this name is connected from another host
  unreachable = 11,       // nobody there: no holder, worker not connected
  busy = 12,              // a bound is reached; the text names it
  catalog_unavailable = 13,
  invalid = 14,           // understood, and wrong: text says what, where and what to do
  not_found = 15,
  conflict = 16,          // same key and another request; name taken
  other_shard = 17,       // ask the holder of `shard`
  too_large = 18,
  not_active = 19,        // this broker is a standby
};

// to whoever said `refused_word`: it was not done.
struct Refused {
  static constexpr std::uint16_t word = 6;
  std::uint16_t refused_word = 0;
  Refusal reason = Refusal::malformed;
  std::string text;
  std::string request;                   // key or request id of the refused word, where it had one
  ShardId shard;                         // with other_shard

  template <class V>
  void visit(V& v) { v(refused_word); v(reason); v(text); v(request); v(shard); }
};

// broker → workers and clients and masters: a shard has a new holder, or none.
struct Holders {
  static constexpr std::uint16_t word = 7;
  std::vector<Holder> holders;

  template <class V>
  void visit(V& v) { v(holders); }
};

// master → broker: shards taken or given back since Hello. Absolute: all that it holds now.
struct Holding {
  static constexpr std::uint16_t word = 8;
  std::vector<ShardTerm> holds;
  std::uint64_t incarnation = 0;         // of the catalog in which it holds them; 0: an older master

  template <class V>
  void visit(V& v) { v(holds); v(incarnation); }
};

enum class RosterState : std::uint8_t { enabled = 1, disabled = 2, removed = 3 };

struct RosterEntry {
  std::string key;                       // public key, 64 hex digits
  std::string name;
  Role role = Role::none;
  RosterState state = RosterState::enabled;
  std::vector<std::string> tags;         // workers: that an operator gave it, besides those that its Hello says; sorted

  auto operator<=>(const RosterEntry&) const = default;
  template <class V>
  void visit(V& v) { v(key); v(name); v(role); v(state); v(tags); }
};

// master → broker, broker → broker: the workers and submitters that the catalog knows. Absolute; the highest serial counts.
struct Roster {
  static constexpr std::uint16_t word = 9;
  std::uint64_t serial = 0;
  std::vector<RosterEntry> entries;
  std::uint64_t incarnation = 0;         // of the catalog that says so; 0: from an older master

  template <class V>
  void visit(V& v) { v(serial); v(entries); v(incarnation); }
};

enum class PresenceChange : std::uint8_t {
  here = 1,      // said Hello, or changed what it offers
  closed = 2,    // its connection was closed: not a proof of death
  silent = 3,    // not heard for `silence`: not a proof of death
  left = 4,      // said Bye
};

struct WorkerPresence {
  std::string worker;
  SessionId session;
  ConnectionId connection;
  PresenceChange change = PresenceChange::here;
  Host host;
  std::string build;
  Resources capacity;
  bool draining = false;

  bool operator==(const WorkerPresence&) const = default;
  template <class V>
  void visit(V& v) { v(worker); v(session); v(connection); v(change); v(host); v(build); v(capacity); v(draining); }
};

// broker → masters: who came and went. `complete`: this is everybody; whoever is not listed is not connected.
struct Presence {
  static constexpr std::uint16_t word = 10;
  bool complete = false;
  std::vector<WorkerPresence> workers;

  template <class V>
  void visit(V& v) { v(complete); v(workers); }
};

// A key or peer that the broker refused, for people. broker → masters, on change, at most once a second.
struct RefusedPeer {
  std::string key;                       // hex; empty where the handshake did not get so far
  std::string address;
  std::string reason;
  std::uint64_t count = 0;
  WallTime last;

  auto operator<=>(const RefusedPeer&) const = default;
  template <class V>
  void visit(V& v) { v(key); v(address); v(reason); v(count); v(last); }
};

struct BrokerCounter {
  std::string name;
  std::uint64_t value = 0;

  auto operator<=>(const BrokerCounter&) const = default;
  template <class V>
  void visit(V& v) { v(name); v(value); }
};

// What a broker does with the virtual endpoint. protocol.md, "Brokers".
enum class BrokerDuty : std::uint8_t {
  standby = 1,   // watches; serves nobody
  rising = 2,    // its epoch goes to disk, it fences and takes the endpoint
  active = 3,    // serves
  leaving = 4,   // gives the endpoint up
};

// A broker as another one knows it, for people.
struct BrokerView {
  std::string name;
  BrokerDuty duty = BrokerDuty::standby;
  Epoch epoch;                           // its own reign while it rises or serves, else the highest it knows
  std::string fingerprint;               // of its endpoint certificate: SHA-256, hex
  Duration heard_ago;                    // since its last word; 0: the one that reports
  std::string trouble;                   // an alarm that stands, in words; empty: none

  auto operator<=>(const BrokerView&) const = default;
  template <class V>
  void visit(V& v) { v(name); v(duty); v(epoch.number); v(epoch.broker); v(fingerprint); v(heard_ago); v(trouble); }
};

struct BrokerReport {
  static constexpr std::uint16_t word = 11;
  std::string broker;
  std::vector<RefusedPeer> refused;      // bounded by the gate's table
  std::vector<BrokerCounter> counters;   // refusals by reason, offers, connections, memory
  std::vector<BrokerView> brokers;       // itself first, then the peers of its configuration

  template <class V>
  void visit(V& v) { v(broker); v(refused); v(counters); v(brokers); }
};

// broker → broker, every `beat`: on the link between two brokers, and from a standby to the virtual endpoint. Answered by Beat.
struct Beat {
  static constexpr std::uint16_t word = 12;
  std::string broker;                    // its name: all brokers hold one key; empty: only asks who is there
  BrokerDuty duty = BrokerDuty::standby;
  Epoch epoch;                           // its own reign while it rises or serves, else the highest it knows
  bool greeted = false;                  // somebody said Hello in that epoch; an epoch without yields
  std::uint64_t roster = 0;              // serial of the roster it has; who has a higher one says Roster
  std::uint64_t endpoint = 0;            // serial of the Endpoint it has; likewise
  std::string fingerprint;               // of its endpoint certificate: SHA-256, hex
  std::string take_over;                 // of an active that leaves: the broker that is to take the endpoint; empty: any
  std::string trouble;                   // an alarm that stands at the one who says this, in words; empty: none

  template <class V>
  void visit(V& v) {
    v(broker); v(duty); v(epoch.number); v(epoch.broker); v(greeted); v(roster); v(endpoint); v(fingerprint); v(take_over);
    v(trouble);
  }
};

// operator → active broker: give the endpoint to another one. Refused, or done: then Welcome comes in a higher epoch.
struct Switchover {
  static constexpr std::uint16_t word = 13;
  std::string to;                        // the broker that is to serve; empty: any that is heard

  template <class V>
  void visit(V& v) { v(to); }
};

// Where the cluster is to be reached from now on (`argosy catalog set-endpoint`). master → broker, broker → broker, and
// broker → any after Welcome and on change. Who hears it checks the certificate, moves over and keeps it on disk.
struct Endpoint {
  static constexpr std::uint16_t word = 14;
  std::uint64_t serial = 0;              // the highest counts
  std::string endpoint;                  // "tcp://host:port"
  std::string certificates;              // PEM: one or two, each with the key that is used there

  template <class V>
  void visit(V& v) { v(serial); v(endpoint); v(certificates); }
};

}  // namespace argosy
