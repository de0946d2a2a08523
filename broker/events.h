// What happens to a broker: everything that its machine ever hears of. The shell makes these from frames,
// files and timers.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "schemas/words.h"

namespace argosy::broker {

// One transport connection (fabric's Peer), never used again: who reconnects is another peer.
using PeerId = Id<struct PeerTag, std::uint64_t>;
// The body frame of a message that the machine may have relayed. Means something only until the effects of
// that step are honoured.
using BodyHandle = Id<struct BodyTag, std::uint64_t>;

// Who stands behind a key, as the roster has it at this moment. enabled false: known or not, it may not take
// part.
struct Identity {
  Role role = Role::none;
  std::string name;
  bool enabled = false;

  auto operator<=>(const Identity&) const = default;
};

// A body that is for somebody else: the machine never sees it. `request`: of a client's word, its key or
// request id, so that a refusal can bear it; empty where there is none.
struct Opaque {
  BodyHandle handle;
  std::string request;
};

// A body for the broker that the codec refused.
struct Undecodable {
  Refusal reason = Refusal::malformed;
  std::string where;
};

// Where a message came in: on the virtual endpoint, or on this broker's own address, which is for other brokers.
enum class Via : std::uint8_t { endpoint, peers };

// A message came. The shell decodes the body if is_for_broker(envelope.word) (door.h), and only then.
struct MessageCame {
  PeerId peer;
  Identity identity;
  Envelope envelope;
  std::variant<Opaque, Word, Undecodable> body;
  Via via = Via::endpoint;
};

// Frames whose envelope could not be decoded: wrong count, rubbish, too large.
struct RubbishCame {
  PeerId peer;
  Identity identity;
  Refusal reason = Refusal::malformed;
  std::string where;
};

// Its transport connection is closed. Told after its last message.
struct PeerGone {
  PeerId peer;
};

// The last send to it found its queue full: it does not read.
struct SendFailed {
  PeerId peer;
};

// A roster (pushed or from a file) is in force. `peers` are those whose identity is another now. See
// Effects::roster.
struct IdentitiesChanged {
  struct Change {
    PeerId peer;
    Identity identity;
  };
  std::vector<Change> peers;
};

// The gate turned keys away since the last time. Absolute: its whole table; `counters` are the transport's
// own.
struct GateReported {
  std::vector<RefusedPeer> refused;
  std::vector<BrokerCounter> counters;
  bool news = false;  // somebody was refused since the last one: told now, else with the next report
};

// First event of all: what is on this host's disk. Without peers the machine answers with Effects::store_epoch.
struct Start {
  Epoch highest;      // number 0: none yet
  Roster roster;      // serial 0: none yet
  Endpoint endpoint;  // likewise
};

// Effects::store_epoch is on disk.
struct EpochStored {
  Epoch epoch;
};

// Another broker said a word on a link that this one opened.
struct BrokerSaid {
  std::string peer;  // as Options::peers names it; empty: whoever serves the virtual endpoint
  Word word;
};

// Nobody listens where that broker has its own address, or (empty) at the virtual endpoint: a try to connect was
// refused. Told for each try; the shell tries at least every `beat` while there is no connection.
struct ConnectionRefused {
  std::string peer;
};

// One run of a hook that Effects::hooks asked for. ok: it did what it is for, or there is none to run.
using HookRunId = Id<struct HookRunTag, std::uint64_t>;
struct HookEnded {
  HookRunId run;
  bool ok = true;
  std::string text;  // why not, for people
};

// What came of Effects::listen.
struct Listening {};
struct ListenFailed {
  std::string text;
};

// deadline() has come, or all messages that were there are handled: now offers and room are matched.
struct Tick {};

// An orderly stop was asked for.
struct Stop {};

using Event =
    std::variant<Start, EpochStored, MessageCame, RubbishCame, PeerGone, SendFailed, IdentitiesChanged,
                 GateReported, BrokerSaid, ConnectionRefused, HookEnded, Listening, ListenFailed, Tick, Stop>;

}  // namespace argosy::broker
