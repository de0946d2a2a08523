#include "broker/counters.h"

namespace argosy::broker {

std::string_view to_text(Count count) {
  switch (count) {
    case Count::malformed:
      return "malformed";
    case Count::version:
      return "version";
    case Count::unknown_word:
      return "unknown_word";
    case Count::not_allowed:
      return "not_allowed";
    case Count::not_enabled:
      return "not_enabled";
    case Count::no_hello:
      return "no_hello";
    case Count::old_epoch:
      return "old_epoch";
    case Count::old_term:
      return "old_term";
    case Count::twin:
      return "twin";
    case Count::unreachable:
      return "unreachable";
    case Count::busy:
      return "busy";
    case Count::invalid:
      return "invalid";
    case Count::too_large:
      return "too_large";
    case Count::not_active:
      return "not_active";
    case Count::dropped_no_holder:
      return "dropped_no_holder";
    case Count::dropped_old_session:
      return "dropped_old_session";
    case Count::dropped_old_holding:
      return "dropped_old_holding";
    case Count::dropped_old_roster:
      return "dropped_old_roster";
    case Count::dropped_old_endpoint:
      return "dropped_old_endpoint";
    case Count::dropped_other_catalog:
      return "dropped_other_catalog";
    case Count::dropped_not_held:
      return "dropped_not_held";
    case Count::dropped_full:
      return "dropped_full";
    case Count::refusals_untold:
      return "refusals_untold";
    case Count::gone_without_bye:
      return "gone_without_bye";
    case Count::reigns:
      return "reigns";
    case Count::step_downs:
      return "step_downs";
    case Count::alarms:
      return "alarms";
    case Count::hellos:
      return "hellos";
    case Count::relayed:
      return "relayed";
    case Count::offers_taken_in:
      return "offers_taken_in";
    case Count::offers_withdrawn:
      return "offers_withdrawn";
    case Count::offers_matched:
      return "offers_matched";
    case Count::count_:
      break;
  }
  return "?";
}

// Those that a broker never says are counted where they would least mislead.
Count count_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return Count::malformed;
    case Refusal::version:
      return Count::version;
    case Refusal::unknown_word:
      return Count::unknown_word;
    case Refusal::not_allowed:
      return Count::not_allowed;
    case Refusal::not_enabled:
      return Count::not_enabled;
    case Refusal::no_hello:
      return Count::no_hello;
    case Refusal::old_epoch:
      return Count::old_epoch;
    case Refusal::old_term:
      return Count::old_term;
    case Refusal::twin:
      return Count::twin;
    case Refusal::unreachable:
      return Count::unreachable;
    case Refusal::busy:
      return Count::busy;
    case Refusal::too_large:
      return Count::too_large;
    case Refusal::not_active:
      return Count::not_active;
    case Refusal::old_session:
    case Refusal::catalog_unavailable:
    case Refusal::invalid:
    case Refusal::not_found:
    case Refusal::conflict:
    case Refusal::other_shard:
      return Count::invalid;
  }
  return Count::malformed;
}

}  // namespace argosy::broker
