// The machine and its broker: the door, the session, the orderly stop.
#include "worker/machine_fixture.h"

namespace argosy::worker {
namespace {

TEST_F(WorkerTest, MovesWhereTheBrokerSaysAndNeverBack) {
  ready();
  from_broker(Endpoint{5, "tcp://there:1", "PEM"});
  ASSERT_TRUE(out_.move);
  EXPECT_EQ(out_.move->endpoint, "tcp://there:1");
  out_ = {};
  from_broker(Endpoint{4, "tcp://before:1", "PEM"});
  nothing_else();
  from_master(Endpoint{6, "tcp://elsewhere:1", "PEM"});  // only the broker's word counts
  EXPECT_FALSE(out_.move);
  step(LinkDown{});
  step(LinkUp{});
  said<Hello>();
  welcome();
  from_broker(Endpoint{5, "tcp://there:1", "PEM"});  // told again: tried again
  EXPECT_TRUE(out_.move);
  out_ = {};
}

TEST_F(WorkerTest, WordsOfAnOlderTermChangeNothing) {
  ready();
  from_master(run({attempt(0)}), {ShardId{0}, Term{2}});
  nothing_else();
  EXPECT_EQ(machine_.state().ignored[static_cast<std::size_t>(Ignored::old_term)], 1u);
}

TEST_F(WorkerTest, WordsForAnEarlierConnectionChangeNothing) {
  ready();
  from_master(run({attempt(0)}), kReign, ConnectionId{8});
  nothing_else();
  EXPECT_EQ(machine_.state().ignored[static_cast<std::size_t>(Ignored::old_connection)], 1u);
}

TEST_F(WorkerTest, AnotherSessionsRunChangesNothing) {
  ready();
  auto word = run({attempt(0)});
  word.session = SessionId{5};
  from_master(word);
  nothing_else();
}

// A broker that starts anew hears first of a master that has lost the shard, and matches items for it. That master cannot claim
// them, nor knows the next one of them: our Hello takes them out of the broker's ledger.
TEST_F(WorkerTest, GreetsAgainAfterAHolderOfAnOldTerm) {
  ready();
  step(LinkDown{});
  step(LinkUp{});
  said<Hello>();
  const ShardTerm old{kReign.shard, Term{kReign.term.value - 1}}, next{kReign.shard, Term{kReign.term.value + 1}};
  from_broker(Welcome{.connection = ConnectionId{9}, .heartbeat = seconds(1), .silence = seconds(4), .holders = {{old, "m1"}}});
  nothing_else();
  from_broker(Holders{{{next, "m1"}}});
  last_renewal_ = said<Renew>().renewal;
  last_inventory_ = said<Inventory>();
  from_master(Reconciled{kSession, last_inventory_.serial}, next);
  said<Hello>();
}

// Found by the simulator (seed 2450 of its time): claims that the holder had missed stayed in the broker's ledger for ever.
TEST_F(WorkerTest, ARepeatedWelcomeDoesNotHideThatAHolderLeftAndCameBack) {
  connect();
  from_broker(Holders{{{kReign, ""}}});
  from_broker(Holders{{{kReign, "m1"}}});
  last_renewal_ = said<Renew>().renewal;
  last_inventory_ = said<Inventory>();
  from_broker(Welcome{.connection = ConnectionId{9}, .heartbeat = seconds(1), .silence = seconds(4), .holders = {{kReign, "m1"}}});
  nothing_else();
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5)});
  from_master(Reconciled{kSession, last_inventory_.serial});
  said<Hello>();
}

// The broker's ledger has it from that Hello, and would keep it.
TEST_F(WorkerTest, WhatEndsBetweenHelloAndWelcomeIsFreedBehindTheWelcome) {
  ready();
  from_master(run({attempt(0)}));
  out_ = {};
  step(LinkDown{});
  step(LinkUp{});
  EXPECT_EQ(said<Hello>().held.size(), 1u);
  end(attempt(0));
  EXPECT_EQ(take_one(out_.spool_ends).end.attempt, attempt(0));
  nothing_else();
  welcome();
  EXPECT_EQ(said<Credit>().freed, std::vector{attempt(0).item});
  nothing_else();
}

TEST_F(WorkerTest, AnOrderlyStopReturnsWhatWaitsAndStopsWhatRuns) {
  ready();
  from_master(run({attempt(0), attempt(1), attempt(2)}));
  out_ = {};
  step(Shutdown{});
  EXPECT_EQ(out_.stops.size(), 2u);
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(2)});
  out_ = {};
  for (const auto i : {0u, 1u}) {
    end(attempt(i), EndReason::signal);
    EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::stopped);
    step(EndSpooled{attempt(i)});
  }
  out_ = {};
  from_master(Recorded{kSession, {attempt(0), attempt(1)}, {}});
  said<Bye>();
  EXPECT_TRUE(out_.left);
  out_ = {};
}

TEST_F(WorkerTest, SilenceOfTheBrokerMakesItConnectAnew) {
  ready();
  pass(seconds(4));
  step(Tick{});
  EXPECT_TRUE(out_.reconnect);
  out_ = {};
}

}  // namespace
}  // namespace argosy::worker
