#include "client/content.h"

#include <algorithm>
#include <optional>

#include "client/requests.h"
#include "fabric/clock.h"

namespace argosy::client {
namespace {

// How much is there, as the next Stored tells. Nothing: what was on its way is lost, or was refused for now.
Outcome<std::optional<std::uint64_t>> hear_stored(Session& session, const std::string& digest, Time deadline) {
  while (true) {
    const Incoming incoming = session.next(deadline);
    if (const auto* answer = std::get_if<Stored>(&incoming); answer != nullptr && answer->digest == digest) {
      return std::optional(answer->offset);
    }
    if (const auto* refused = std::get_if<Refused>(&incoming);
        refused != nullptr && (refused->request == digest || refused->refused_word == Put::word)) {
      if (!is_transient(refused->reason) || deadline <= fabric::read_steady()) return trouble(*refused);
      if (session.pause(kRetryTransient)) return Trouble{Exit::interrupted, "interrupted while bringing content"};
      return std::optional<std::uint64_t>();
    }
    if (std::holds_alternative<Reconnected>(incoming)) return std::optional<std::uint64_t>();
    if (std::holds_alternative<TimedOut>(incoming)) {
      return Trouble{Exit::unavailable, "content could not be brought; " + session.last_trouble()};
    }
    if (std::holds_alternative<Interrupted>(incoming)) return Trouble{Exit::interrupted, "interrupted while bringing content"};
  }
}

}  // namespace

Outcome<Done> put_content(Session& session, const std::string& digest, std::string_view content,
                          const std::function<void(std::uint64_t)>& progress) {
  std::uint64_t done = 0;
  std::uint64_t said = 0;
  Time deadline = session.patience_ends();
  while (true) {
    while (said < content.size() && said < done + kPiecesInFlight * kPieceBytes) {
      const auto piece = content.substr(said, kPieceBytes);
      if (!session.say(Put{digest, said, content.size(), std::string(piece)})) break;
      said += piece.size();
      if (done == 0) break;  // the first answer tells how much is there already
    }
    const auto stored = hear_stored(session, digest, deadline);
    if (!stored) return stored.error();
    if (!*stored) {
      said = done;
      continue;
    }
    deadline = session.patience_ends();
    done = **stored;
    said = std::max(said, done);
    if (progress) progress(done);
    if (done >= content.size()) return Done{};
  }
}

}  // namespace argosy::client
