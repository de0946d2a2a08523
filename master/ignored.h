// Why a word changed nothing. Each reason is a counter that people can see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace argosy::master {

enum class Ignored : std::uint8_t {
  wrong_version, old_epoch, no_welcome, not_for_masters, wrong_role, other_shard, other_term, old_session, old_connection,
  unknown_worker, unknown_attempt, late_start, late_end, late_log, log_gap, log_overlap, late_return,
  claim_not_ready, claim_not_allowed, claim_parked_too_many, claim_old_session, old_inventory, lease_unconfirmed,
  old_renewal, stale_batch, stale_values, watches_full, stale_adoption,
  other_incarnation, submit_waits,
  count_  // how many
};
inline constexpr std::size_t ignored_reasons = static_cast<std::size_t>(Ignored::count_);

std::string_view to_string(Ignored reason);

}  // namespace argosy::master
