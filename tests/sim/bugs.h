// The planted bugs: each breaks one rule, and a checker must notice. They live here and in wrappers of the simulator; what
// only a core can do wrong is a switch of that core (worker::PlantedBugs).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

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
  key_forgotten_after_failover,  // P1: nor is it by the one that takes over
  unknown_settled_by_read,  // P5: a commit whose outcome is unknown is believed, because a former primary shows it
  adopter_reads_first,      // P3: a new holder reads the shard before its term is raised
  adopter_reads_former,     // P5: a new holder reads the shard from a former primary
  adopter_does_not_wait,    // P3: a new holder counts as lost what the former one may have granted
  session_believed,         // P3: a new session is believed to be the end of the earlier one, without proof
  session_before_sweep,     // P3: a worker says Hello before what it left is gone
  earlier_spool_forgotten,  // P5: a worker that starts again forgets the ends that it kept
  old_epoch_heard,          // P6: a worker hears a broker of an earlier epoch
  takeover_while_one_answers,  // P6: a standby listens to the link alone, not to the endpoint
  run_said_once,            // liveness: a master does not repeat a Run that nobody heard
  end_said_once,            // liveness: nor does a worker an end
  roster_forgotten,         // liveness: a standby does not keep the fleet that the active passed on
  log_window_unbounded,     // P9: a worker sends as much log as it has
  offers_unbounded,         // P9: a master publishes all that is ready
  explain_silent,           // P10: no reason is given
  incarnation_ignored,      // P4: a worker brings ends to a restored catalog that its former self had asked for
  terms_not_raised,         // P6: a restored catalog gives terms again that were given since the backup
  ids_used_again,           // P1: a restored catalog gives ids again that submitters were told since
  fleet_from_backup,        // P6: brokers keep the fleet of a later serial than the restored catalog's
  endpoint_forgotten,       // liveness: who starts again does not know that the cluster moved
  moved_untried,            // liveness: a party leaves for a place that does not answer yet
  told_for_reached,         // liveness: a place that was only told replaces on disk the one that was reached
  restore_does_not_wait,    // P3: masters start beside a worker that could not be stopped, before its leases are over
  missing_field_believed,   // liveness: a master takes what an older worker does not say for another catalog's
  spool_not_upgraded,       // P5: a worker that was upgraded forgets the ends that the release before kept
  key_not_upgraded,         // P1: an upgraded master takes what the release before accepted for another request
  stale_not_there,          // P1: a desk says "there is no such execution" when a former primary does not show it
  content_from_zero,        // content: a master that took over sends the first bytes for a later piece
  content_unchecked,        // content: a worker takes a piece for another content's, and does not check the whole
  content_believed,         // content: a worker believes what it lacks to be there
};

struct BugName {
  Bug bug;
  std::string_view name;
  std::string_view promise;  // whose checker must notice
  std::uint64_t seed;        // one that shows it
};

// All of them, in the order of the enum.
const std::vector<BugName>& bugs();
std::string_view to_string(Bug bug);
std::optional<BugName> find_bug(std::string_view name);

}  // namespace argosy::sim
