// The gate: at the CURVE handshake, lets in keys that are on the roster and not revoked; counts and lists the
// others.
//
// It serves libzmq's ZAP endpoint of its Context on a thread of its own, so that a storm of strangers costs
// the owner's loop nothing. Exactly one gate a context; it must stand before the first ServerSocket and
// outlive the last. A known peer's key reaches the owner with each message (server_socket.h). A revoked key
// is stopped here only at its next handshake: owners look each message's key up in the roster as well.
// Failure: none after construction; no roster yet means nobody is let in. Thread rule: all methods from any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "fabric/context.h"
#include "fabric/keys.h"
#include "fabric/roster.h"

namespace argosy::fabric {

enum class Refusal { unknown_key, revoked_key, malformed };
std::string_view to_text(Refusal refusal);

// A key that was turned away.
struct RefusedKey {
  PublicKey key;
  std::string address;  // of its last try
  std::uint64_t count = 0;
  WallTime last;
  Refusal refusal = Refusal::unknown_key;
};

struct GateCounters {
  std::uint64_t admitted = 0;
  std::uint64_t refused = 0;  // also of keys that gave way to newer ones
};

class Gate {
 public:
  static constexpr std::size_t kMaxRefused = 1024;  // listed keys; the one unheard of for longest gives way

  explicit Gate(Context& context, std::size_t max_refused = kMaxRefused);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void use(std::shared_ptr<const Roster> roster);  // from the next handshake on

  std::vector<RefusedKey> refused() const;  // latest first
  GateCounters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace argosy::fabric
