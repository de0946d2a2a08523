// The reign: how this broker rises, serves and leaves the virtual endpoint, by the table of standby.h. protocol.md, "Brokers".
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/turn.h"

namespace argosy::broker {

namespace {

using Stage = Rising::Stage;

constexpr std::uint32_t kMostDoublings = 5;  // of the wait after rises that failed

struct StepOf {
  Step operator()(const Idle&) const { return Step::idle; }
  Step operator()(const Watching&) const { return Step::watching; }
  Step operator()(const Serving&) const { return Step::serving; }
  Step operator()(const Leaving& it) const { return it.left ? Step::leaving : Step::deactivating; }
  Step operator()(const Rising& it) const {
    switch (it.stage) {
      case Stage::storing:
        return Step::storing;
      case Stage::fencing:
        return Step::fencing;
      case Stage::activating:
        return Step::activating;
      case Stage::listening:
        return Step::listening;
      case Stage::raising:
        break;
    }
    return Step::raising;
  }
};

}  // namespace

Step step_of(const Reign& reign) {
  return std::visit(StepOf{}, reign);
}

// As others hear it: while it may still have the endpoint it is active.
BrokerDuty duty_of(const Reign& reign) {
  switch (step_of(reign)) {
    case Step::storing:
    case Step::fencing:
    case Step::activating:
    case Step::listening:
      return BrokerDuty::rising;
    case Step::serving:
    case Step::raising:
      return BrokerDuty::active;
    case Step::deactivating:
      return std::get<Leaving>(reign).served ? BrokerDuty::active : BrokerDuty::standby;
    case Step::leaving:
      return BrokerDuty::leaving;
    case Step::idle:
    case Step::watching:
    case Step::count_:
      break;
  }
  return BrokerDuty::standby;
}

void Machine::Turn::switchover(const MessageCame& message, const Switchover& word) {
  if (options_.peers.empty()) {
    return refuse(message, Refusal::invalid, "this broker has no peers: name them in its configuration");
  }
  if (word.to == options_.name) return refuse(message, Refusal::invalid, word.to + " is active already");
  if (!word.to.empty() && state_.watch.of(word.to) == nullptr) {
    std::string names;
    for (const std::string& each : options_.peers) names += (names.empty() ? "" : ", ") + each;
    return refuse(message, Refusal::not_found, "there is no broker " + word.to + "; the peers of " +
                                                   options_.name + " are " + names);
  }
  successor_ = state_.watch.successor(now_, word.to);
  if (successor_.empty()) {
    const std::string who = word.to.empty() ? "no other broker is" : word.to + " is not";
    return refuse(message, Refusal::unreachable,
                  who + " heard as a standby with the same certificate now: argosy broker list tells more");
  }
  happen(Happening::switchover);
}

void Machine::Turn::on(const EpochStored& stored) {
  const auto* rising = std::get_if<Rising>(&state_.reign);
  if (rising != nullptr && rising->epoch == stored.epoch) happen(Happening::epoch_stored);
}

void Machine::Turn::on(const HookEnded& ended) {
  failure_ = ended.text;
  if (const auto* rising = std::get_if<Rising>(&state_.reign); rising != nullptr && rising->run == ended.run) {
    if (rising->stage == Stage::fencing) return happen(ended.ok ? Happening::fenced : Happening::fence_failed);
    if (rising->stage == Stage::activating) {
      return happen(ended.ok ? Happening::activated : Happening::activate_failed);
    }
  }
  const auto* leaving = std::get_if<Leaving>(&state_.reign);
  if (leaving != nullptr && !leaving->left && leaving->run == ended.run) {
    happen(ended.ok ? Happening::deactivated : Happening::deactivate_failed);
  }
}

void Machine::Turn::on(const Listening&) {
  happen(Happening::listens);
}

void Machine::Turn::on(const ListenFailed& failed) {
  failure_ = failed.text;
  happen(Happening::listen_failed);
}

// Looks up what is to be done, and does it; who is near hears of it at once.
void Machine::Turn::happen(Happening happening) {
  const BrokerDuty before = duty_of(state_.reign);
  act(act_of(step_of(state_.reign), happening), happening);
  if (duty_of(state_.reign) == before) return;
  state_.report_wanted = true;
  say_beats();
}

void Machine::Turn::act(Act act, Happening why) {
  const auto* rising = std::get_if<Rising>(&state_.reign);
  auto* leaving = std::get_if<Leaving>(&state_.reign);
  Leaving plan;
  plan.stops = why == Happening::stop;
  switch (act) {
    case Act::none:
      return;
    case Act::settle:
    case Act::back_out:
      return leave_endpoint(plan);
    case Act::rise:
      return rise(Stage::storing);
    case Act::raise:
      return rise(Stage::raising);
    case Act::fence:
      return fence(std::get<Rising>(state_.reign));
    case Act::activate: {
      Rising& now_rising = std::get<Rising>(state_.reign);
      now_rising.stage = Stage::activating;
      now_rising.run = run_hook(HookKind::on_activate, {}, now_rising.epoch);
      return;
    }
    case Act::listen:
      std::get<Rising>(state_.reign).stage = Stage::listening;
      out_.listen = true;
      return;
    case Act::serve:
      return serve(Epoch(rising->epoch));
    case Act::step_down:
      count(Count::step_downs);
      plan.served = true;
      return leave_endpoint(plan);
    case Act::hand_on:
      plan.served = plan.hands_on = true;
      plan.successor = successor_.empty() ? state_.watch.successor(now_, {}) : successor_;
      return leave_endpoint(plan);
    case Act::fail_back_out:
      fail();
      return leave_endpoint(plan);
    case Act::fail:
      fail();
      return watch_again();
    case Act::watch:
      return watch_again();
    case Act::alarm_announce:
      state_.hook_trouble = "on_deactivate: " + failure_;
      alarm(options_.name, state_.hook_trouble);
      return announce();
    case Act::announce:
      return announce();
    case Act::finish:
      return leaving->stops ? end() : watch_again();
    case Act::end:
      return end();
    case Act::stop_after:
      leaving->stops = true;
      return;
  }
}

void Machine::Turn::rise(Stage stage) {
  forget_all();
  const Epoch epoch{state_.known.number + 1, options_.name};
  state_.known = epoch;
  state_.reign = Rising{epoch, stage, {}};
  out_.store_epoch = epoch;
}

void Machine::Turn::fence(Rising& rising) {
  if (options_.peers.empty()) return serve(Epoch(rising.epoch));  // it listens already
  std::vector<std::string> peers = state_.watch.to_fence(now_);
  if (peers.empty()) return act(Act::activate, Happening::fenced);
  rising.stage = Stage::fencing;
  rising.run = run_hook(HookKind::fence, std::move(peers), rising.epoch);
}

void Machine::Turn::serve(const Epoch& epoch) {
  state_.reign = Serving{epoch, false};
  state_.failed_rises = 0;
  state_.hook_trouble.clear();
  state_.endpoint_trouble.clear();
  if (options_.peers.empty()) return;
  count(Count::reigns);
  state_.watch.write_off(now_);
}

// Who is connected hears Bye, and says Hello to the next one.
void Machine::Turn::leave_endpoint(Leaving leaving) {
  if (const auto* serving = std::get_if<Serving>(&state_.reign)) {
    const std::string why = leaving.stops ? "the broker stops" : "another broker serves from now on";
    for (const auto& [id, connection] : state_.presence.all()) send(*state_.presence.of_id(id), Bye{why});
    leaving.epoch = serving->epoch;
    forget_all();
    out_.stop_listening = true;
  } else if (const auto* rising = std::get_if<Rising>(&state_.reign)) {
    leaving.epoch = rising->epoch;
    out_.stop_listening = rising->stage == Stage::listening || rising->stage == Stage::raising;
  }
  leaving.run = run_hook(HookKind::on_deactivate, {}, leaving.epoch);
  state_.reign = std::move(leaving);
}

// The address is given up: now another one may have it.
void Machine::Turn::announce() {
  Leaving& leaving = std::get<Leaving>(state_.reign);
  if (!leaving.hands_on || leaving.successor.empty()) return leaving.stops ? end() : watch_again();
  leaving.left = true;
  leaving.until = now_ + options_.takeover_after * 2;
}

// Of a rise: the next one waits, longer each time.
void Machine::Turn::fail() {
  const Step step = step_of(state_.reign);
  const std::string what = step == Step::fencing ? "fence" : step == Step::activating ? "on_activate" : "listening";
  state_.hook_trouble = what + ": " + failure_;
  alarm(options_.name, state_.hook_trouble);
  const std::int64_t doublings = 1ll << std::min(state_.failed_rises++, kMostDoublings);
  state_.watch.wait_until(now_ + options_.takeover_after * doublings);
}

void Machine::Turn::watch_again() {
  if (step_of(state_.reign) == Step::fencing) out_.fence_no_more = true;
  state_.reign = Watching{};
  state_.watch.restart(now_);
}

void Machine::Turn::end() {
  forget_all();
  state_.reign = Idle{};
  out_.stopped = true;
}

HookRunId Machine::Turn::run_hook(HookKind kind, std::vector<std::string> peers, const Epoch& epoch) {
  ++state_.last_run.value;
  out_.hooks.push_back({state_.last_run, kind, std::move(peers), epoch});
  return state_.last_run;
}

}  // namespace argosy::broker
