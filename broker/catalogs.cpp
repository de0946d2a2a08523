// Which catalog is the cluster's, and which masters are on another one. protocol.md, "Work", incarnation.
#include <string>

#include "broker/turn.h"

namespace argosy::broker {

namespace {

// The fleet's serial goes up by one for each change; a restored catalog's stands above any that was told since the
// backup by a million for each second of the clock (catalog/incarnation.h).
constexpr std::uint64_t kRestoreLeap = std::uint64_t{1} << 19;

bool is_restored(const Roster& known, const Roster& said) {
  return said.serial >= known.serial + kRestoreLeap;
}

std::string digits(std::uint64_t incarnation) {
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, incarnation >>= 4) *digit = "0123456789abcdef"[incarnation & 15];
  return text;
}

}  // namespace

bool is_of_strange_catalog(const Roster& known, const Roster& said) {
  const bool named = known.incarnation != 0 && said.incarnation != 0;
  return named && known.incarnation != said.incarnation && !is_restored(known, said);
}

// An older master does not name its catalog: then it is the one that is known, unless it must be a restored one.
std::uint64_t incarnation_after(const Roster& known, const Roster& said) {
  if (said.incarnation != 0) return said.incarnation;
  return is_restored(known, said) ? 0 : known.incarnation;
}

std::string catalog_trouble(const State& state) {
  std::string names;
  for (const ConnectionId id : state.presence.masters()) {
    const Connection& master = *state.presence.of_id(id);
    if (master.other_catalog) names += (names.empty() ? "" : ", ") + master.name;
  }
  return names.empty() ? names : "not on the cluster's catalog, and refused: master " + names;
}

// After its catalog or the cluster's became another one in our books.
bool Machine::Turn::weigh_catalog(Connection& master) {
  const std::uint64_t ours = state_.roster.incarnation;
  const bool other = ours != 0 && master.incarnation != 0 && master.incarnation != ours;
  if (other == master.other_catalog) return false;
  master.other_catalog = other;
  state_.report_wanted = true;
  hold(master, other ? std::vector<ShardTerm>{} : master.claims);
  return other;
}

void Machine::Turn::refuse_catalog(const Connection& master) {
  Envelope its_roster;
  its_roster.word = Roster::word;
  its_roster.connection = master.id;
  refuse(master.peer, {master.role, master.name, true}, its_roster, Refusal::conflict,
         "the catalog of master " + master.name + " has the incarnation " + digits(master.incarnation) +
             ", the cluster's " + digits(state_.roster.incarnation) +
             ": see `catalog` in its settings; if it is right (restored, or to take the other's place), stop all "
             "masters and run `argosy catalog restored` on it",
         std::to_string(master.incarnation));
  alarm(options_.name, "master " + master.name + " is refused: its catalog is not the cluster's");
}

}  // namespace argosy::broker
