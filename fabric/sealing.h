// Sealed values: anybody can seal to a public key, only the key's owner opens. Random names live here too.
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "fabric/keys.h"

namespace argosy::fabric {

// libsodium's sealed box: 48 bytes longer than its content; the sender stays anonymous.
std::string seal(const PublicKey& to, std::string_view content);

// Failure: sealed to another key, cut short, or changed.
Result<std::string> open_sealed(const KeyPair& owner, std::string_view sealed);

// 32 bytes that the same content gives again, and that nobody without the key can compute.
std::string keyed_digest(const SecretKey& key, std::string_view content);

// Overwrites the string's bytes and empties it.
void wipe(std::string& secret);

SessionId random_session_id();  // 1 … 2^63-1, never drawn twice in practice
std::string random_key_text();  // 128 random bits as 32 hex digits: idempotency keys, join tokens
std::uint64_t random_seed();    // for base/rng.h

}  // namespace argosy::fabric
