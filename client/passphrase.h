// The passphrase of a bundle: from a file, from a terminal without echo, or from standard input; never from the command line,
// where every user of the host can read it.
//
// Failure: none was given, too short, or the two that were typed differ. Thread rule: one thread.
#pragma once

#include <string>

#include "client/trouble.h"

namespace argosy::client {

inline constexpr std::size_t kPassphraseLeast = 12;  // characters: a bundle can be tried at leisure by whoever has a copy

enum class Passphrase { for_sealing, for_opening };  // one that seals is typed twice, and has a least length

// `file`: its first line; "-": the first line of standard input; empty: asked at the terminal, or read from standard input
// where there is none.
Outcome<std::string> read_passphrase(const std::string& file, Passphrase purpose);

}  // namespace argosy::client
