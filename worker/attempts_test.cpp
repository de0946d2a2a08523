// The machine and its attempts: from Run to the end in the spool.
#include "worker/machine_fixture.h"

namespace argosy::worker {
namespace {

TEST_F(WorkerTest, TheNormalLifeOfATask) {
  ready();
  from_master(run({attempt(0)}));
  EXPECT_EQ(take_one(out_.starts).attempt, attempt(0));
  step(TaskStarted{attempt(0), 42, now_.wall});
  nothing_else();
  step(LogSpooled{attempt(0), 0, 10, 10});
  EXPECT_EQ(take_one(out_.send_logs).offset, 0u);
  end(attempt(0), EndReason::succeeded, 10);
  EXPECT_EQ(take_one(out_.spool_ends).end.attempt, attempt(0));
  EXPECT_EQ(said<Credit>().freed, std::vector{attempt(0).item});
  nothing_else();  // Finished waits for the spool
  step(EndSpooled{attempt(0)});
  EXPECT_EQ(said<Finished>().ends.at(0).attempt, attempt(0));
  nothing_else();
  from_master(Recorded{kSession, {attempt(0)}, {}});
  EXPECT_EQ(take_one(out_.forget), attempt(0));
  out_.forget_logs.clear();
  EXPECT_TRUE(machine_.state().attempts.empty());
}

TEST_F(WorkerTest, OnlyWhatFitsIsStarted) {
  ready();
  from_master(run({attempt(0), attempt(1), attempt(2)}));
  EXPECT_EQ(out_.starts.size(), 2u);
  out_.starts.clear();
  end(attempt(1));
  EXPECT_EQ(take_one(out_.starts).attempt, attempt(2));
  out_.spool_ends.clear();
  said<Credit>();
}

TEST_F(WorkerTest, WhileItemsWaitNewsAreSaidTogether) {
  ready();
  from_master(run({attempt(0), attempt(1), attempt(2), attempt(3), attempt(4)}));
  out_ = {};
  for (const auto i : {0u, 1u}) {
    end(attempt(i));
    step(EndSpooled{attempt(i)});
  }
  EXPECT_TRUE(out_.says.empty());
  pass(limits().gather);
  step(Tick{});
  EXPECT_EQ(said<Credit>().freed.size(), 2u);
  EXPECT_EQ(said<Finished>().ends.size(), 2u);
  out_ = {};
}

TEST_F(WorkerTest, ShortTasksQueueBehindThoseWhoseRoomTheyTake) {
  ready();
  for (std::uint64_t i = 0; i < 60; ++i) {  // short ones teach the prefetch
    from_master(run({attempt(i)}));
    end(attempt(i));
    step(EndSpooled{attempt(i)});
  }
  out_ = {};
  std::vector<AttemptRef> many;
  for (std::uint64_t i = 100; i < 140; ++i) many.push_back(attempt(i));
  from_master(run(many));
  ASSERT_EQ(out_.starts.size(), 2u + 2 * limits().queue_most);
  EXPECT_FALSE(out_.starts[1].behind);
  EXPECT_EQ(out_.starts[2].behind, attempt(100));
  EXPECT_EQ(out_.starts[3].behind, attempt(101));
  EXPECT_EQ(out_.starts[4].behind, attempt(102));
  out_ = {};
  end(attempt(102));  // not in its turn: canceled, say
  EXPECT_EQ(take_one(out_.starts).behind, attempt(132));
  end(attempt(100));
  EXPECT_EQ(take_one(out_.starts).behind, attempt(134));
  out_ = {};
}

TEST_F(WorkerTest, WhatIsQueuedBehindALongTaskIsRecalled) {
  ready();
  see_short_tasks();
  from_master(run({attempt(100), attempt(101), attempt(102), attempt(103), attempt(104)}));
  for (const auto i : {100u, 101u}) step(TaskStarted{attempt(i), i, now_.wall});
  out_ = {};
  pass(milliseconds(100));
  step(Tick{});
  ASSERT_EQ(out_.recalls.size(), 3u);  // no short tasks any more
  out_ = {};
  pass(milliseconds(100));
  step(Tick{});
  EXPECT_TRUE(out_.recalls.empty());  // asked once
  step(TaskRecalled{attempt(104)});
  step(TaskRecalled{attempt(102)});
  EXPECT_TRUE(out_.starts.empty());
  out_ = {};
  end(attempt(101));
  EXPECT_TRUE(out_.starts.empty()) << "103 came before the recall: it has that room";
  end(attempt(100));
  const StartTask next = take_one(out_.starts);
  EXPECT_EQ(next.attempt, attempt(102));
  EXPECT_FALSE(next.behind);
  out_ = {};
}

TEST_F(WorkerTest, AStoppedTaskThatIsRecalledEndsAsStopped) {
  ready();
  see_short_tasks();
  from_master(run({attempt(100), attempt(101), attempt(102)}));
  step(TaskStarted{attempt(100), 100, now_.wall});
  pass(milliseconds(100));
  step(Tick{});
  from_master(Stop{kSession, {attempt(102)}});
  out_ = {};
  step(TaskRecalled{attempt(102)});
  EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::canceled);
  out_ = {};
}

TEST_F(WorkerTest, ARunLargerThanTheWorkerIsReturned) {
  ready();
  from_master(run({attempt(0)}, 3000));
  said<Credit>();
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(0)});
}

TEST_F(WorkerTest, ARepeatedRunChangesNothing) {
  ready();
  from_master(run({attempt(0)}));
  out_.starts.clear();
  from_master(run({attempt(0)}));
  nothing_else();
  EXPECT_EQ(machine_.state().ignored[static_cast<std::size_t>(Ignored::already_held)], 1u);
}

TEST_F(WorkerTest, ALateRunOfAnEndedAttemptIsAnsweredAsForgotten) {
  ready();
  from_master(run({attempt(0)}));
  end(attempt(0));
  step(EndSpooled{attempt(0)});
  from_master(Recorded{kSession, {attempt(0)}, {}});
  out_ = {};
  from_master(run({attempt(0)}));
  const auto back = said<Return>();
  EXPECT_TRUE(back.forgotten);
  EXPECT_EQ(back.attempts, std::vector{attempt(0)});
}

TEST_F(WorkerTest, StopEndsARunningTaskAndAWaitingOneAtOnce) {
  ready();
  from_master(run({attempt(0), attempt(1), attempt(2)}));
  out_ = {};
  from_master(Stop{kSession, {attempt(0), attempt(2)}});
  EXPECT_EQ(take_one(out_.stops).attempt, attempt(0));
  EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::canceled);
  EXPECT_EQ(said<Credit>().freed, std::vector{attempt(2).item});
  end(attempt(0), EndReason::signal);
  EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::canceled);
  said<Credit>();
}

TEST_F(WorkerTest, DropKillsAndSaysNothingMore) {
  ready();
  from_master(run({attempt(0)}));
  out_ = {};
  from_master(Drop{kSession, {attempt(0)}});
  EXPECT_EQ(take_one(out_.stops).grace, Duration{});
  EXPECT_EQ(take_one(out_.forget), attempt(0));
  said<Credit>();
  end(attempt(0), EndReason::signal);
  nothing_else();
}

// Its master decided that it is lost, and said so before that was committed: it may die with the decision.
TEST_F(WorkerTest, DropOfWhatHasEndedForgetsNothing) {
  ready();
  from_master(run({attempt(0)}));
  end(attempt(0));
  out_ = {};
  from_master(Drop{kSession, {attempt(0)}});
  nothing_else();
  from_master(Recorded{kSession, {attempt(0)}, {}});
  EXPECT_EQ(take_one(out_.forget), attempt(0));
  nothing_else();
}

TEST_F(WorkerTest, ATaskOverItsTimeIsStopped) {
  ready();
  auto word = run({attempt(0)});
  word.specs[0].body.limits.time = seconds(2);
  from_master(word);
  out_ = {};
  step(TaskStarted{attempt(0), 1, now_.wall});
  pass(seconds(2));
  step(Tick{});
  EXPECT_EQ(take_one(out_.stops).attempt, attempt(0));
  said<Started>();
  said<Ping>();
  end(attempt(0), EndReason::signal);
  EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::time_limit);
  said<Credit>();
}

TEST_F(WorkerTest, ATimeLimitEndsWithItsTask) {
  ready();
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto word = run({attempt(i)});
    word.specs[0].body.limits.time = seconds(3600);
    from_master(word);
    step(TaskStarted{attempt(i), 1, now_.wall});
    EXPECT_EQ(machine_.state().time_limits.size(), 1u);
    end(attempt(i));
  }
  EXPECT_TRUE(machine_.state().time_limits.empty());
  out_ = {};
}

TEST_F(WorkerTest, TimeSpentOnAFullSpoolDoesNotCountAgainstTheLimit) {
  ready();
  auto word = run({attempt(0)});
  word.specs[0].body.limits.time = milliseconds(500);
  from_master(word);
  out_ = {};
  step(TaskStarted{attempt(0), 1, now_.wall});
  step(OutputBlocked{attempt(0), true});
  pass(milliseconds(700));
  step(OutputBlocked{attempt(0), false});
  step(Tick{});
  said<Started>();
  nothing_else();
  pass(milliseconds(600));
  step(Tick{});
  take_one(out_.stops);
  out_ = {};
}

TEST_F(WorkerTest, StartedIsSaidOnlyOfTasksThatStillRun) {
  ready();
  from_master(run({attempt(0), attempt(1)}));
  out_ = {};
  step(TaskStarted{attempt(0), 1, now_.wall});
  step(TaskStarted{attempt(1), 2, now_.wall});
  end(attempt(0));
  out_ = {};
  pass(milliseconds(60));
  step(Tick{});
  EXPECT_EQ(said<Started>().attempts.at(0).attempt, attempt(1));
}

}  // namespace
}  // namespace argosy::worker
