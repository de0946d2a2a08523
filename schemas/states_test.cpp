#include "schemas/states.h"

#include <gtest/gtest.h>

#include <set>

namespace argosy {
namespace {

constexpr ItemState kStates[] = {ItemState::waiting,   ItemState::ready,    ItemState::claimed,
                                 ItemState::running,   ItemState::succeeded, ItemState::failed,
                                 ItemState::canceled,  ItemState::interrupted, ItemState::skipped};
constexpr ItemEvent kEvents[] = {ItemEvent::became_ready, ItemEvent::became_impossible, ItemEvent::claim,
                                 ItemEvent::start,        ItemEvent::succeed,           ItemEvent::fail,
                                 ItemEvent::interrupt,    ItemEvent::again,             ItemEvent::again_later,
                                 ItemEvent::cancel};

TEST(States, WhatEndedStaysAsItEnded) {
  for (const ItemState state : kStates) {
    if (!is_terminal(state)) continue;
    for (const ItemEvent event : kEvents) EXPECT_EQ(apply(state, event), std::nullopt) << to_string(state);
  }
}

TEST(States, OnlyWhatIsReadyIsClaimed) {
  for (const ItemState state : kStates) {
    EXPECT_EQ(apply(state, ItemEvent::claim).has_value(), state == ItemState::ready) << to_string(state);
  }
}

TEST(States, OnlyWhatIsHeldByAWorkerSucceedsOrFails) {
  for (const ItemState state : kStates) {
    const bool held = state == ItemState::claimed || state == ItemState::running;
    for (const ItemEvent event : {ItemEvent::succeed, ItemEvent::fail, ItemEvent::interrupt, ItemEvent::again}) {
      EXPECT_EQ(apply(state, event).has_value(), held) << to_string(state);
    }
  }
}

TEST(States, WhateverHasNotEndedCanBeCanceled) {
  for (const ItemState state : kStates) {
    EXPECT_EQ(apply(state, ItemEvent::cancel).has_value(), !is_terminal(state)) << to_string(state);
  }
}

TEST(States, ATryAfterATryGoesThroughReady) {
  EXPECT_EQ(apply(ItemState::running, ItemEvent::again), ItemState::ready);
  EXPECT_EQ(apply(ItemState::running, ItemEvent::again_later), ItemState::waiting);
  EXPECT_EQ(apply(ItemState::waiting, ItemEvent::became_ready), ItemState::ready);
}

TEST(States, NamesDiffer) {
  std::set<std::string_view> names;
  for (const ItemState state : kStates) names.insert(to_string(state));
  EXPECT_EQ(names.size(), std::size(kStates));
}

TEST(States, CodesAreThoseOfSsisdb) {
  EXPECT_EQ(static_cast<int>(ExecutionStatus::created), 1);
  EXPECT_EQ(static_cast<int>(ExecutionStatus::ended_unexpectedly), 6);
  EXPECT_EQ(static_cast<int>(ExecutionStatus::completed), 9);
}

TEST(States, AnInterruptedWorkerIsNotTheTasksFault) {
  EXPECT_EQ(budget_of(EndReason::lost), Budget::interruption);
  EXPECT_EQ(budget_of(EndReason::exit_status), Budget::retry);
  EXPECT_EQ(budget_of(EndReason::returned), Budget::none);
  EXPECT_EQ(budget_of(EndReason::lease_ended), Budget::none);
}

}  // namespace
}  // namespace argosy
