#include "master/ignored.h"

#include <array>

#include "base/check.h"

namespace argosy::master {
namespace {

constexpr std::array<std::string_view, ignored_reasons> names = {
    "wrong_version", "old_epoch", "no_welcome", "not_for_masters", "wrong_role", "other_shard", "other_term", "old_session",
    "old_connection", "unknown_worker", "unknown_attempt", "late_start", "late_end", "late_log", "log_gap",
    "log_overlap", "late_return", "claim_not_ready", "claim_not_allowed", "claim_parked_too_many",
    "claim_old_session", "old_inventory", "lease_unconfirmed", "old_renewal", "stale_batch", "stale_values", "watches_full",
    "stale_adoption", "other_incarnation", "submit_waits"};

}  // namespace

std::string_view to_string(Ignored reason) {
  CHECK(reason < Ignored::count_);
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace argosy::master
