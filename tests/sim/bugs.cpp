#include "tests/sim/bugs.h"

namespace argosy::sim {

const std::vector<BugName>& bugs() {
  static const std::vector<BugName> kBugs = {
      {Bug::claim_skipped, "claim_skipped", "P2", 1},
      {Bug::accepted_before_commit, "accepted_before_commit", "P1", 1},
      {Bug::recorded_before_commit, "recorded_before_commit", "P5", 1},
      {Bug::late_run_obeyed, "late_run_obeyed", "P3", 105},
      {Bug::lease_from_answer, "lease_from_answer", "P3", 134},
      {Bug::deadline_ignored, "deadline_ignored", "P3", 3},
      {Bug::spool_forgotten, "spool_forgotten", "P5", 1},
      {Bug::log_from_zero, "log_from_zero", "P5", 1},
      {Bug::second_end_overwrites, "second_end_overwrites", "P4", 2},
      {Bug::end_twice, "end_twice", "P4", 1},
      {Bug::cancel_too_early, "cancel_too_early", "P4", 3},
      {Bug::term_not_checked, "term_not_checked", "P6", 4},
      {Bug::key_forgotten, "key_forgotten", "P1", 1},
      {Bug::key_forgotten_after_failover, "key_forgotten_after_failover", "P1", 1},
      {Bug::unknown_settled_by_read, "unknown_settled_by_read", "P5", 3},
      {Bug::adopter_reads_first, "adopter_reads_first", "P3", 6},
      {Bug::adopter_reads_former, "adopter_reads_former", "P5", 28},
      {Bug::adopter_does_not_wait, "adopter_does_not_wait", "P3", 4},
      {Bug::session_believed, "session_believed", "P3", 105},
      {Bug::session_before_sweep, "session_before_sweep", "P3", 51},
      {Bug::earlier_spool_forgotten, "earlier_spool_forgotten", "P5", 19},
      {Bug::old_epoch_heard, "old_epoch_heard", "P6", 29},
      {Bug::takeover_while_one_answers, "takeover_while_one_answers", "P6", 1},
      {Bug::run_said_once, "run_said_once", "liveness", 3},
      {Bug::end_said_once, "end_said_once", "liveness", 2},
      {Bug::roster_forgotten, "roster_forgotten", "liveness", 1},
      {Bug::log_window_unbounded, "log_window_unbounded", "P9", 3},
      {Bug::offers_unbounded, "offers_unbounded", "P9", 17},
      {Bug::explain_silent, "explain_silent", "P10", 1},
      {Bug::incarnation_ignored, "incarnation_ignored", "P4", 9},
      {Bug::terms_not_raised, "terms_not_raised", "P6", 13},
      {Bug::ids_used_again, "ids_used_again", "P1", 6},
      {Bug::fleet_from_backup, "fleet_from_backup", "P6", 6},
      {Bug::endpoint_forgotten, "endpoint_forgotten", "liveness", 4},
      {Bug::moved_untried, "moved_untried", "liveness", 4},
      {Bug::told_for_reached, "told_for_reached", "liveness", 37},
      {Bug::restore_does_not_wait, "restore_does_not_wait", "P3", 23},
      {Bug::missing_field_believed, "missing_field_believed", "liveness", 12},
      {Bug::spool_not_upgraded, "spool_not_upgraded", "P5", 66},
      {Bug::key_not_upgraded, "key_not_upgraded", "P1", 12},
      {Bug::stale_not_there, "stale_not_there", "P1", 28},
      {Bug::content_from_zero, "content_from_zero", "content", 4},
      {Bug::content_unchecked, "content_unchecked", "content", 21},
      {Bug::content_believed, "content_believed", "content", 1},
  };
  return kBugs;
}

std::string_view to_string(Bug bug) {
  for (const BugName& known : bugs()) {
    if (known.bug == bug) return known.name;
  }
  return "none";
}

std::optional<BugName> find_bug(std::string_view name) {
  for (const BugName& known : bugs()) {
    if (known.name == name) return known;
  }
  return std::nullopt;
}

}  // namespace argosy::sim
