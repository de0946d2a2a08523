// What a broker owes the world after a step. The shell honours all of it before the next step, in the order
// of the fields.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "broker/events.h"
#include "schemas/words.h"

namespace argosy::broker {

// A message to a peer: a word of the broker's own, or the body of the message that this step was about.
struct Outgoing {
  PeerId peer;
  Envelope envelope;
  std::variant<Word, BodyHandle> body;
};

// Absolute; replaces what was pushed before. Entries of files on the broker's host win over it.
struct RosterUpdate {
  std::uint64_t serial = 0;
  std::vector<RosterEntry> entries;
  std::uint64_t incarnation = 0;
};

// A word to another broker, on the link that this one opened to it. Not sent where the link is down: the next Beat
// says it again.
struct LinkOutgoing {
  std::string peer;  // empty: to whoever serves the virtual endpoint
  Envelope envelope;
  Word word;
};

enum class HookKind : std::uint8_t { fence, on_activate, on_deactivate };

struct HookOrder {
  HookRunId run;
  HookKind kind = HookKind::fence;
  std::vector<std::string> peers;  // fence: whom
  Epoch epoch;
};

// Something that people should look at. It stands in BrokerReport until it is over; this is said once.
struct Alarm {
  std::string peer;  // whom it is about; this broker itself too
  std::string text;
};

struct Effects {
  // Must be on disk (synced) before EpochStored is told; the machine serves nobody until then.
  std::optional<Epoch> store_epoch;

  // To the gate at once and to disk soon. Then IdentitiesChanged for each peer that is now somebody else.
  std::optional<RosterUpdate> roster;

  // Where the cluster is to be reached from now on: to disk soon.
  std::optional<Endpoint> endpoint;

  // To be sent in this order. A send that fails is told (SendFailed, PeerGone); the machine repeats nothing.
  std::vector<Outgoing> out;

  std::vector<LinkOutgoing> link_out;

  // No more on the virtual endpoint: its connections end when what is queued on them was sent.
  bool stop_listening = false;

  // The rise that `fence` was for is given up: peers that are still to be fenced are let be, and no HookEnded comes.
  bool fence_no_more = false;

  // To be run one after another, also behind those of earlier steps. Each is answered by HookEnded.
  std::vector<HookOrder> hooks;

  // On the virtual endpoint. Answered by Listening or ListenFailed.
  bool listen = false;

  std::vector<Alarm> alarms;

  // All is said: send what is queued, then exit.
  bool stopped = false;

  void clear() {
    store_epoch.reset();
    roster.reset();
    endpoint.reset();
    out.clear();
    link_out.clear();
    stop_listening = false;
    fence_no_more = false;
    hooks.clear();
    listen = false;
    alarms.clear();
    stopped = false;
  }
};

}  // namespace argosy::broker
