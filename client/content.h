// Bringing content to the cluster: Put → Stored (schemas/requests.md). Pieces are in flight; what was lost with a connection is said
// again from where the masters stand.
//
// Thread rule: the session's. Failure: as Session's verbs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "client/session.h"

namespace argosy::client {

inline constexpr std::size_t kPieceBytes = 256 * 1024;
inline constexpr std::size_t kPiecesInFlight = 16;

// Returns when all of it is stored and its SHA-256 (`digest`) was found right. `progress` is called with bytes done.
Outcome<Done> put_content(Session& session, const std::string& digest, std::string_view content,
                          const std::function<void(std::uint64_t)>& progress = {});

}  // namespace argosy::client
