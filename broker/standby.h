// The table of a broker that may be a standby: what it does with the virtual endpoint, at each step of its
// life, when something happens. Pure; protocol.md, "Brokers". Machine::Turn (reign.cpp) finds out what
// happened, asks here, and acts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace argosy::broker {

enum class Step : std::uint8_t {
  idle,          // not started, or stopped
  watching,      // a standby
  storing,       // rising: its epoch goes to disk
  fencing,       // rising: the former active is being made sure of
  activating,    // rising: on_activate brings the address
  listening,     // rising: the port is being opened
  serving,       // active
  raising,       // active, with a higher epoch on its way to disk
  deactivating,  // on_deactivate gives the address up
  leaving,       // it is given up, and the successor has not risen yet
  count_,
};

enum class Happening : std::uint8_t {
  started,
  rise_due,           // nobody serves, and it is this broker's turn; or the active handed the endpoint to it
  outranked,          // another one serves by the better right: a higher epoch, or the only one that was greeted
  upstart,            // another one serves in a higher epoch in which nobody said Hello, and here somebody did
  known_above,        // nobody else serves, and a higher epoch than this one's is known
  told_above,         // a Hello knows a higher epoch, and somebody else may serve in it
  epoch_stored,
  fenced,
  fence_failed,
  activated,
  activate_failed,
  deactivated,
  deactivate_failed,
  listens,
  listen_failed,
  switchover,         // an operator asks for it, and there is a successor
  stop,
  leave_over,         // the successor rose, or had its time
  count_,
};

enum class Act : std::uint8_t {
  none,
  settle,         // at a start: on_deactivate, in case an earlier run left the address here
  rise,           // an epoch above all that are known goes to disk
  raise,          // the same, with the port left open
  fence,
  activate,
  listen,
  serve,
  step_down,      // Bye to all, port closed, on_deactivate; then a standby
  hand_on,        // the same; then the successor is told to rise
  back_out,       // of a rise: port closed, on_deactivate; then a standby
  fail,           // an alarm, and a standby that waits before it tries again
  fail_back_out,  // an alarm, and then as back_out
  watch,
  announce,       // on_deactivate ended: leaving, watching or stopped, as it was meant
  alarm_announce, // the same, and an alarm
  finish,         // the leaving is over: watching, or stopped
  end,            // stopped
  stop_after,     // stopped as soon as what is under way has ended
};

Act act_of(Step step, Happening happening);

std::string_view to_text(Step step);
std::string_view to_text(Happening happening);
std::string_view to_text(Act act);

}  // namespace argosy::broker
