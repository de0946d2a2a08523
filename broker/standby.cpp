#include "broker/standby.h"

#include <array>

#include "base/check.h"

namespace argosy::broker {

namespace {

constexpr std::size_t kSteps = static_cast<std::size_t>(Step::count_);
constexpr std::size_t kHappenings = static_cast<std::size_t>(Happening::count_);
using Row = std::array<Act, kSteps>;

constexpr std::array<Row, kHappenings> make_table() {
  using enum Act;
  constexpr Act back = back_out, down = step_down, over = fail_back_out, after = stop_after, said = announce;
  return {{
      // idle    watching storing fencing  activating listening serving raising deactivating leaving
      {settle, none,   none,  none,     none,   none,  none,    none,   none,           none},    // started
      {none,   rise,   none,  none,     none,   none,  none,    none,   none,           none},    // rise_due
      {none,   none,   watch, watch,    back,   back,  down,    down,   none,           finish},  // outranked
      {none,   none,   none,  none,     none,   none,  raise,   none,   none,           none},    // upstart
      {none,   none,   rise,  none,     none,   none,  raise,   raise,  none,           none},    // known_above
      {none,   none,   none,  none,     none,   none,  down,    none,   none,           none},    // told_above
      {none,   none,   fence, none,     none,   none,  none,    serve,  none,           none},    // epoch_stored
      {none,   none,   none,  activate, none,   none,  none,    none,   none,           none},    // fenced
      {none,   none,   none,  fail,     none,   none,  none,    none,   none,           none},    // fence_failed
      {none,   none,   none,  none,     listen, none,  none,    none,   none,           none},    // activated
      {none,   none,   none,  none,     over,   none,  none,    none,   none,           none},    // activate_failed
      {none,   none,   none,  none,     none,   none,  none,    none,   said,           none},    // deactivated
      {none,   none,   none,  none,     none,   none,  none,    none,   alarm_announce, none},    // deactivate_failed
      {none,   none,   none,  none,     none,   serve, none,    none,   none,           none},    // listens
      {none,   none,   none,  none,     none,   over,  none,    none,   none,           none},    // listen_failed
      {none,   none,   none,  none,     none,   none,  hand_on, none,   none,           none},    // switchover
      {none,   end,    end,   end,      back,   back,  hand_on, hand_on, after,         after},   // stop
      {none,   none,   none,  none,     none,   none,  none,    none,   none,           finish},  // leave_over
  }};
}

constexpr auto kTable = make_table();

}  // namespace

Act act_of(Step step, Happening happening) {
  CHECK(step < Step::count_ && happening < Happening::count_);
  return kTable[static_cast<std::size_t>(happening)][static_cast<std::size_t>(step)];
}

std::string_view to_text(Step step) {
  constexpr std::array<std::string_view, kSteps> kTexts = {
      "idle",      "watching", "storing", "fencing",      "activating",
      "listening", "serving",  "raising", "deactivating", "leaving"};
  return kTexts.at(static_cast<std::size_t>(step));
}

std::string_view to_text(Happening happening) {
  constexpr std::array<std::string_view, kHappenings> kTexts = {
      "started",     "rise_due",          "outranked", "upstart",       "known_above",     "told_above",
      "epoch_stored", "fenced",           "fence_failed", "activated",  "activate_failed", "deactivated",
      "deactivate_failed", "listens",     "listen_failed", "switchover", "stop",           "leave_over"};
  return kTexts.at(static_cast<std::size_t>(happening));
}

std::string_view to_text(Act act) {
  constexpr std::array<std::string_view, 19> kTexts = {
      "none",      "settle",  "rise",     "raise", "fence",         "activate", "listen",
      "serve",     "step_down", "hand_on", "back_out", "fail",      "fail_back_out", "watch",
      "announce",  "alarm_announce", "finish", "end", "stop_after"};
  return kTexts.at(static_cast<std::size_t>(act));
}

}  // namespace argosy::broker
