// The words between a worker and its keeper: bytes on a local stream socket whose two ends speak the same
// protocol: the keeper is told its number as it is launched, and refuses another one. A worker whose programs were replaced
// while it ran meets that when its keeper dies.
//
// A word is u32 length, u8 kind, fields in host order; strings are u32 length and bytes. Pipes of a
// StartOrder travel as descriptors (out, err) beside its first byte, in the order of the orders. Since both
// ends are ours, bytes that do not parse are a bug and CHECKed. Single thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "worker/process.h"

namespace argosy::keeper {

// Counted up with every change of a word.
constexpr int keeper_protocol = 1;

void put_order(const KeeperOrder& order, SecretText& out);

// Not for KeeperDied, which the client makes itself.
void put_event(const KeeperEvent& event, std::string& out);

// Takes the first whole word from bytes[at…] and moves `at` behind it; nothing when there is no whole word
// yet.
std::optional<KeeperOrder> take_order(std::string_view bytes, std::size_t& at);
std::optional<KeeperEvent> take_event(std::string_view bytes, std::size_t& at);

}  // namespace argosy::keeper
