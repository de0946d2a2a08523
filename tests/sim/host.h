// A host's clocks, and a process on it that can be killed and paused.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "schemas/words/session.h"
#include "tests/sim/agenda.h"

namespace argosy::sim {

// Steady clock and wall clock of one host: both off, the steady one by a rate too (at most 1 %).
struct HostClock {
  Duration offset;
  std::int64_t rate_ppm = 0;
  Duration wall_skew;

  Time steady(Time virtual_time) const {
    return {offset.us + virtual_time.us + virtual_time.us / 1'000'000 * rate_ppm + virtual_time.us % 1'000'000 * rate_ppm / 1'000'000};
  }
  // The first virtual moment at which steady() is not before `local`.
  Time virtual_time(Time local) const {
    std::int64_t guess = (local.us - offset.us) - (local.us - offset.us) / (1'000'000 + rate_ppm) * rate_ppm;
    while (steady({guess}).us < local.us) guess += std::max<std::int64_t>(1, (local.us - steady({guess}).us) / 2);
    return {guess};
  }
  Now now(Time virtual_time) const {
    return {steady(virtual_time), WallTime{1'795'000'000'000'000 + virtual_time.us + wall_skew.us}};
  }
};

// A life: from its start to its kill. What was meant for an earlier life is dropped; what comes while it is paused waits.
class Process {
 public:
  explicit Process(Agenda& agenda) : agenda_(agenda) {}

  // That one lives and sleeps with this one: it is a part of it.
  void lead(Process& part) { parts_.push_back(&part); }

  bool up() const { return up_; }
  bool paused() const { return paused_; }
  std::uint64_t life() const { return life_; }

  void begin() {
    up_ = true, paused_ = false, ++life_;
    for (Process* part : parts_) part->begin();
  }
  void end() {
    up_ = false, paused_ = false, ++life_, mailbox_.clear();
    for (Process* part : parts_) part->end();
  }
  void pause() {
    paused_ = up_;
    for (Process* part : parts_) part->pause();
  }
  void resume() {
    paused_ = false;
    const std::uint64_t life = life_;
    while (!mailbox_.empty() && life == life_ && !paused_) {
      const Agenda::Act act = std::move(mailbox_.front());
      mailbox_.pop_front();
      act();
    }
    for (std::size_t i = 0; i < parts_.size() && life == life_; ++i) parts_[i]->resume();
  }

  // Runs `act` in this life, after the delay, when not paused.
  void post(Duration delay, Agenda::Act act) {
    agenda_.after(delay, [this, life = life_, act = std::move(act)]() mutable {
      if (life != life_) return;
      if (paused_) {
        mailbox_.push_back(std::move(act));
      } else {
        act();
      }
    });
  }

 private:
  Agenda& agenda_;
  bool up_ = false;
  bool paused_ = false;
  std::uint64_t life_ = 0;
  std::deque<Agenda::Act> mailbox_;
  std::vector<Process*> parts_;
};

}  // namespace argosy::sim
