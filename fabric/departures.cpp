#include "fabric/departures.h"

#include <algorithm>

namespace argosy::fabric {
namespace {

// A peer that is only perhaps gone is let be after so many answers to the contrary, about half a second.
constexpr int kMaxTries = 14;
constexpr std::int64_t kFirstPauseUs = 200;
constexpr std::int64_t kLongestPauseUs = 50'000;

}  // namespace

void Departures::accepted(int fd) {
  Line& line = lines_[fd];
  line.open = true;
  ++line.unclaimed;
}

void Departures::disconnected(int fd) {
  Line& line = lines_[fd];
  line.open = false;
  if (!line.peer) return;
  suspect(*line.peer, line.certain);
  line.peer.reset();
}

void Departures::claim(int fd, PeerNo peer) {
  Line& line = lines_[fd];
  // Whoever held the descriptor before has lost it.
  if (line.peer && *line.peer != peer) suspect(*line.peer, true);
  const bool doubtful = !line.open || line.unclaimed > 1;
  line.peer = peer;
  line.certain = !doubtful;
  line.unclaimed = 0;
  if (doubtful) suspect(peer, false);
}

void Departures::suspect(PeerNo peer, bool certain) {
  Suspicion& suspicion = suspects_[peer];
  suspicion = Suspicion{suspicion.certain || certain, 0, Time{}};
}

void Departures::forget(PeerNo peer, int fd) {
  suspects_.erase(peer);
  const auto line = lines_.find(fd);
  if (line != lines_.end() && line->second.peer == peer) line->second.peer.reset();
}

void Departures::clear() {
  lines_.clear();
  suspects_.clear();
}

std::vector<Departures::PeerNo> Departures::due(Time now) const {
  std::vector<PeerNo> peers;
  for (const auto& [peer, suspicion] : suspects_) {
    if (suspicion.next <= now) peers.push_back(peer);
  }
  return peers;
}

void Departures::probed(PeerNo peer, Time now) {
  const auto found = suspects_.find(peer);
  if (found == suspects_.end()) return;
  Suspicion& suspicion = found->second;
  if (++suspicion.tries >= kMaxTries && !suspicion.certain) {
    suspects_.erase(found);
    return;
  }
  const int doublings = std::min(suspicion.tries - 1, 8);
  suspicion.next = now + microseconds(std::min(kFirstPauseUs << doublings, kLongestPauseUs));
}

std::optional<Time> Departures::deadline() const {
  std::optional<Time> earliest;
  for (const auto& [peer, suspicion] : suspects_) {
    if (!earliest || suspicion.next < *earliest) earliest = suspicion.next;
  }
  return earliest;
}

}  // namespace argosy::fabric
