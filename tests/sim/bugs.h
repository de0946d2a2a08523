// The planted bugs: each breaks one rule, and a checker must notice. They live here and in wrappers of the simulator; what
// only a core can do wrong is a switch of that core (worker::PlantedBugs).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace argosy::sim {

enum class Bug : std::uint8_t {
  none,
  claim_skipped,            // P2: Run is said although the claim was never written
  accepted_before_commit,   // P1: Accepted is said before anything is written
  recorded_before_commit,   // P5: the master believes a write done that is still under way
  late_run_obeyed,          // P3: a worker starts a Run whose lease has run out
  lease_from_answer,        // P3: a worker counts its lease from the answer, not from the question
  deadline_ignored,         // P3: a keeper lets tasks live past their lease
  spool_forgotten,          // P5: a worker forgets an end once it is said
  log_from_zero,            // P5: a chunk is stored under the wrong offset after a reconnection
  second_end_overwrites,    // P4: a late end replaces the one that stands
  end_twice,                // P4: what ended is made ready again
  cancel_too_early,         // P4: a cancel is answered before it is committed
  term_not_checked,         // P6: the write of a master that lost its term goes through
  key_forgotten,            // P1: the idempotency key is not kept
  log_window_unbounded,     // P9: a worker sends as much log as it has
  offers_unbounded,         // P9: a master publishes all that is ready
  explain_silent,           // P10: no reason is given
};

struct BugName {
  Bug bug;
  std::string_view name;
  std::string_view promise;  // whose checker must notice
  std::uint64_t seed;        // one that shows it
};

inline constexpr std::array kBugs = {
    BugName{Bug::claim_skipped, "claim_skipped", "P2", 1},
    BugName{Bug::accepted_before_commit, "accepted_before_commit", "P1", 1},
    BugName{Bug::recorded_before_commit, "recorded_before_commit", "P5", 1},
    BugName{Bug::late_run_obeyed, "late_run_obeyed", "P3", 20},
    BugName{Bug::lease_from_answer, "lease_from_answer", "P3", 145},
    BugName{Bug::deadline_ignored, "deadline_ignored", "P3", 20},
    BugName{Bug::spool_forgotten, "spool_forgotten", "P5", 1},
    BugName{Bug::log_from_zero, "log_from_zero", "P5", 1},
    BugName{Bug::second_end_overwrites, "second_end_overwrites", "P4", 2},
    BugName{Bug::end_twice, "end_twice", "P4", 1},
    BugName{Bug::cancel_too_early, "cancel_too_early", "P4", 3},
    BugName{Bug::term_not_checked, "term_not_checked", "P6", 4},
    BugName{Bug::key_forgotten, "key_forgotten", "P1", 1},
    BugName{Bug::log_window_unbounded, "log_window_unbounded", "P9", 1},
    BugName{Bug::offers_unbounded, "offers_unbounded", "P9", 17},
    BugName{Bug::explain_silent, "explain_silent", "P10", 1},
};

constexpr std::string_view to_string(Bug bug) {
  for (const BugName& known : kBugs) {
    if (known.bug == bug) return known.name;
  }
  return "none";
}

constexpr std::optional<BugName> find_bug(std::string_view name) {
  for (const BugName& known : kBugs) {
    if (known.name == name) return known;
  }
  return std::nullopt;
}

}  // namespace argosy::sim
