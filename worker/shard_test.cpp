// The machine and a shard: leases, inventories, logs, which catalog it is.
#include "worker/machine_fixture.h"

namespace argosy::worker {
namespace {

TEST_F(WorkerTest, ARunIsOnlyObeyedWhileItsLeaseRuns) {
  ready();
  pass(seconds(61));
  from_master(run({attempt(0)}));
  said<Renew>();
  said<Credit>();
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(0)});
}

// A bug that a drill found: an idle worker renews every 20 s, so Runs of tasks with a lease of 2 s were returned and claimed
// again, hundreds of times, until it did.
TEST_F(WorkerTest, ARunOfAShorterLeaseThanItsRenewalIsOldMakesItRenewBeforeItReturns) {
  ready();
  pass(seconds(5));
  auto word = run({attempt(0)});
  word.specs[0].body.lease = seconds(2);
  from_master(word);
  const auto place = [&](auto is) { return std::find_if(out_.says.begin(), out_.says.end(), is) - out_.says.begin(); };
  EXPECT_LT(place([](const Say& s) { return std::holds_alternative<Renew>(s.word); }),
            place([](const Say& s) { return std::holds_alternative<Return>(s.word); }));
  const Renewal asked = said<Renew>().renewal;
  said<Credit>();
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(0)});
  word.items[0].attempt = attempt(1);
  from_master(word);  // under way already: the grant is not asked for a second time
  said<Credit>();
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(1)});
  from_master(Granted{kSession, asked, seconds(60), seconds(5)});
  word.renewal = asked;
  word.items[0].attempt = attempt(0, 2);
  from_master(word);
  EXPECT_EQ(take_one(out_.starts).lease_deadline, now_.steady + seconds(2));
}

TEST_F(WorkerTest, ARunThatRestsOnARenewalNeverAskedForIsReturned) {
  ready();
  auto word = run({attempt(0)});
  word.renewal = Renewal{99};
  from_master(word);
  said<Credit>();
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(0)});
}

TEST_F(WorkerTest, ALeaseCountsFromTheAskingNotFromTheAnswer) {
  ready();
  from_master(run({attempt(0)}));
  EXPECT_EQ(take_one(out_.starts).lease_deadline, Time{1000000} + seconds(60));
  step(TaskStarted{attempt(0), 1, now_.wall});
  pass(seconds(3));
  step(Tick{});
  out_.says.clear();
  pass(seconds(17));
  step(LinkDown{});
  step(LinkUp{});
  said<Hello>();
  welcome();
  const Time asked = now_.steady;
  pass(seconds(2));
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5)});
  EXPECT_EQ(take_one(out_.extends).deadline, asked + seconds(60));
}

TEST_F(WorkerTest, AfterReconnectingAnEndIsSaidAgainOnceReconciled) {
  ready();
  from_master(run({attempt(0)}));
  end(attempt(0));
  step(EndSpooled{attempt(0)});
  out_ = {};
  step(LinkDown{});
  step(LinkUp{});
  EXPECT_TRUE(said<Hello>().held.empty());
  welcome();
  EXPECT_EQ(last_inventory_.finished, std::vector{attempt(0)});
  nothing_else();
  reconcile();
  EXPECT_EQ(said<Finished>().ends.size(), 1u);
}

TEST_F(WorkerTest, LogsStayWithinTheirWindow) {
  ready();
  from_master(run({attempt(0)}));
  out_ = {};
  from_master(LogCredit{kSession, 100});
  step(LogSpooled{attempt(0), 0, 80, 80});
  take_one(out_.send_logs);
  step(LogSpooled{attempt(0), 80, 80, 80});
  nothing_else();
  from_master(Recorded{kSession, {}, {{attempt(0), 80}}});
  EXPECT_EQ(take_one(out_.send_logs).offset, 80u);
  out_.forget_logs.clear();
}

TEST_F(WorkerTest, ANewHolderIsToldTheInventory) {
  ready();
  from_master(run({attempt(0)}));
  out_ = {};
  from_broker(Holders{{{{ShardId{0}, Term{4}}, "m2"}}});
  EXPECT_EQ(said<Inventory>().held, std::vector{attempt(0)});
  said<Renew>();
}

class WorkerWithSpool : public WorkerTest {
 protected:
  static SpooledAttempt old() {
    SpooledAttempt a;
    a.session = SessionId{66};
    a.end.attempt = attempt(5);
    a.end.log_bytes = 4;
    a.logs.push_back({attempt(5), 0, 4, 4});
    return a;
  }
  WorkerWithSpool() : WorkerTest({old()}) {}
};

TEST_F(WorkerWithSpool, AnEarlierSessionsEndIsSaidForThatSession) {
  connect();
  EXPECT_EQ(last_inventory_.predecessor, SessionId{66});
  EXPECT_EQ(last_inventory_.finished, std::vector{attempt(5)});
  reconcile();
  EXPECT_EQ(take_one(out_.send_logs).session, SessionId{66});
  const auto finished = said<Finished>();
  EXPECT_EQ(finished.session, SessionId{66});
  EXPECT_EQ(finished.ends.size(), 1u);
  Recorded recorded{SessionId{66}, {attempt(5)}, {}};
  from_master(recorded);
  EXPECT_EQ(take_one(out_.forget), attempt(5));
  out_.forget_logs.clear();
}

// -- The catalog's incarnation.

TEST_F(WorkerTest, LearnsTheCatalogItBelongsTo) {
  connect();
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5), 7});
  EXPECT_EQ(out_.incarnation, 7u);
  out_ = {};
  live(seconds(20));
  const auto renew = said<Renew>();
  EXPECT_EQ(renew.incarnation, 7u);
  from_master(Granted{kSession, renew.renewal, seconds(60), seconds(5), 7});
  EXPECT_FALSE(out_.incarnation.has_value());
}

TEST_F(WorkerTest, ARestoredCatalogVoidsAllThatTheFormerGave) {
  connect();
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5), 7});
  from_master(Reconciled{kSession, last_inventory_.serial});
  out_ = {};
  from_master(run({attempt(0), attempt(1)}));
  out_ = {};
  live(seconds(20));
  const auto renew = said<Renew>();
  out_ = {};
  const ShardTerm restored{kReign.shard, {std::uint64_t{1} << 40}};
  from_master(Granted{kSession, renew.renewal, seconds(60), seconds(5), 8}, restored);
  ASSERT_EQ(out_.stops.size(), 2u);
  EXPECT_EQ(out_.stops[0].grace, Duration{});
  EXPECT_EQ(out_.anew, 8u);
  EXPECT_TRUE(out_.extends.empty());
  out_ = {};
  // It is over: whatever comes, nothing is done or said any more.
  end(attempt(0));
  from_master(run({attempt(2)}));
  step(LinkUp{});
  EXPECT_FALSE(machine_.deadline().has_value());
}

// Its settings name a wrong catalog: what runs goes on until its lease ends, and the spool stays.
TEST_F(WorkerTest, AMasterOnACatalogThatNobodyRestoredVoidsNothing) {
  connect();
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5), 7});
  from_master(Reconciled{kSession, last_inventory_.serial});
  from_master(run({attempt(0)}));
  live(seconds(20));
  const auto renew = said<Renew>();
  out_ = {};
  const ShardTerm higher{kReign.shard, {kReign.term.value + 1}};
  from_master(Granted{kSession, renew.renewal, seconds(60), seconds(5), 8}, higher);
  EXPECT_FALSE(out_.anew.has_value());
  EXPECT_TRUE(out_.stops.empty());
  EXPECT_TRUE(out_.extends.empty());
  EXPECT_EQ(machine_.state().incarnation, 7u);
  EXPECT_EQ(machine_.state().ignored[static_cast<std::size_t>(Ignored::other_catalog)], 1u);
  (void)said<Inventory>();  // to a holder of a higher term
  out_.says.clear();
}

// One that never heard an incarnation (of an older version) takes the first for its own.
TEST_F(WorkerTest, AMasterThatNamesNoCatalogChangesNothing) {
  connect();
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5), 7});
  out_ = {};
  from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5)});
  EXPECT_FALSE(out_.anew.has_value());
}

}  // namespace
}  // namespace argosy::worker
