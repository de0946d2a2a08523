// Who may say which word, to whom. The one table: the gate asks it before a word is looked at, the protocol page shows it.
// Pure and constexpr. The role of a speaker comes from its key, never from a field.
#pragma once

#include <array>
#include <cstdint>

#include "schemas/words.h"

namespace argosy {

// A set of roles.
struct Roles {
  std::uint8_t bits = 0;

  constexpr bool has(Role role) const { return (bits >> static_cast<unsigned>(role) & 1) != 0; }
  constexpr Roles operator|(Roles other) const { return {static_cast<std::uint8_t>(bits | other.bits)}; }
};

constexpr Roles only(Role role) { return {static_cast<std::uint8_t>(1u << static_cast<unsigned>(role))}; }

namespace roles {
inline constexpr Roles broker = only(Role::broker);
inline constexpr Roles master = only(Role::master);
inline constexpr Roles worker = only(Role::worker);
inline constexpr Roles submitters = only(Role::operator_) | only(Role::submitter);
inline constexpr Roles clients = submitters | only(Role::viewer);
inline constexpr Roles peers = master | worker | clients;  // all that say Hello to a broker
}  // namespace roles

struct Right {
  std::uint16_t word = 0;
  Roles speakers;
  Roles hearers;
};

inline constexpr std::array kRights = {
    Right{Hello::word, roles::peers | roles::broker, roles::broker},
    Right{Welcome::word, roles::broker, roles::peers | roles::broker},
    Right{Bye::word, roles::peers | roles::broker, roles::peers | roles::broker},
    Right{Ping::word, roles::peers | roles::broker, roles::broker},
    Right{Pong::word, roles::broker, roles::peers | roles::broker},
    Right{Refused::word, roles::broker | roles::master, roles::peers | roles::broker},
    Right{Holders::word, roles::broker, roles::peers},
    Right{Holding::word, roles::master, roles::broker},
    Right{Roster::word, roles::master | roles::broker, roles::broker},
    Right{Presence::word, roles::broker, roles::master},
    Right{BrokerReport::word, roles::broker, roles::master},
    Right{Beat::word, roles::broker, roles::broker},
    Right{Switchover::word, only(Role::operator_), roles::broker},
    Right{Endpoint::word, roles::master | roles::broker, roles::peers | roles::broker},
    Right{Publish::word, roles::master, roles::broker},
    Right{Withdraw::word, roles::master, roles::broker},
    Right{Credit::word, roles::worker, roles::broker},
    Right{Claim::word, roles::broker, roles::master},
    Right{Declined::word, roles::master, roles::broker},
    Right{Run::word, roles::master, roles::worker},
    Right{Started::word, roles::worker, roles::master},
    Right{Log::word, roles::worker, roles::master},
    Right{Finished::word, roles::worker, roles::master},
    Right{Recorded::word, roles::master, roles::worker},
    Right{LogCredit::word, roles::master, roles::worker},
    Right{Return::word, roles::worker, roles::master},
    Right{Stop::word, roles::master, roles::worker},
    Right{Drop::word, roles::master, roles::worker},
    Right{Renew::word, roles::worker, roles::master},
    Right{Granted::word, roles::master, roles::worker},
    Right{Inventory::word, roles::worker, roles::master},
    Right{Reconciled::word, roles::master, roles::worker},
    Right{Fetch::word, roles::worker, roles::master},
    Right{Chunk::word, roles::master, roles::worker},
    Right{Submit::word, roles::submitters, roles::master},
    Right{Accepted::word, roles::master, roles::submitters},
    Right{Watch::word, roles::clients, roles::master},
    Right{Changed::word, roles::master, roles::clients},
    Right{Ask::word, roles::clients, roles::master},
    Right{Answer::word, roles::master, roles::clients},
    Right{Put::word, roles::submitters, roles::master},
    Right{Stored::word, roles::master, roles::submitters},
    Right{Deploy::word, roles::submitters, roles::master},
};
static_assert(kRights.size() == std::variant_size_v<Word>, "each word stands in the table");

// Null: no such word.
constexpr const Right* right_of(std::uint16_t word) {
  for (const Right& right : kRights) {
    if (right.word == word) return &right;
  }
  return nullptr;
}

constexpr bool may_say(Role speaker, std::uint16_t word) {
  const Right* right = right_of(word);
  return right != nullptr && right->speakers.has(speaker);
}

constexpr bool may_hear(Role hearer, std::uint16_t word) {
  const Right* right = right_of(word);
  return right != nullptr && right->hearers.has(hearer);
}

// Whether the speaker may say the word to somebody of that role.
constexpr bool may_say_to(Role speaker, std::uint16_t word, Role hearer) {
  return may_say(speaker, word) && may_hear(hearer, word);
}

constexpr bool to_broker(std::uint16_t word) { return may_hear(Role::broker, word); }

}  // namespace argosy
