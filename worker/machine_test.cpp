// The worker's machine: each test says words and looks at every debt that follows, and that there is no other.
#include "worker/machine.h"

#include <gtest/gtest.h>

namespace argosy::worker {
namespace {

constexpr ShardTerm kReign{ShardId{0}, Term{3}};
const Epoch kEpoch{2, "b1"};
constexpr SessionId kSession{77};

class WorkerTest : public ::testing::Test {
 protected:
  explicit WorkerTest(std::vector<SpooledAttempt> spooled = {}) : machine_(limits(), identity(), {}, std::move(spooled)) {}

  static Limits limits() {
    Limits limits;
    limits.capacity.cpu_milli = 2000;
    limits.capacity.memory_bytes = 1000;
    return limits;
  }
  static Identity identity() { return {kSession, SessionId{66}, {"h1", "m1", "boot1"}, "test"}; }

  void TearDown() override { nothing_else(); }

  void step(const Event& event) {
    machine_.step(now_, event, out_);
    machine_.settle(now_, out_);
  }
  void pass(Duration d) { now_ = {now_.steady + d, now_.wall + d}; }

  // Time passes on a link that lives: the broker is heard, and hears Pings.
  void live(Duration d) {
    for (const Time until = now_.steady + d; now_.steady < until;) {
      pass(seconds(1));
      from_broker(Pong{});
      step(Tick{});
    }
    std::erase_if(out_.says, [](const Say& s) { return std::holds_alternative<Ping>(s.word); });
  }

  void from_broker(Word word) {
    Message message{{}, std::move(word)};
    message.envelope.epoch = kEpoch;
    message.envelope.from = {Role::broker, "b1", {}};
    step(Heard{std::move(message)});
  }
  void from_master(Word word, ShardTerm reign = kReign, ConnectionId connection = ConnectionId{9}) {
    Message message{{}, std::move(word)};
    message.envelope.epoch = kEpoch;
    message.envelope.reign = reign;
    message.envelope.to = {Role::worker, "w1", connection};
    message.envelope.from = {Role::master, "m1", {}};
    step(Heard{std::move(message)});
  }

  template <class W>
  W said() {
    const auto it = std::find_if(out_.says.begin(), out_.says.end(), [](const Say& s) { return std::holds_alternative<W>(s.word); });
    EXPECT_NE(it, out_.says.end()) << "not said: word " << W::word;
    if (it == out_.says.end()) return {};
    W word = std::get<W>(it->word);
    out_.says.erase(it);
    return word;
  }

  template <class T>
  T take_one(std::vector<T>& debts) {
    EXPECT_EQ(debts.size(), 1u);
    if (debts.empty()) return {};
    T debt = debts.front();
    debts.clear();
    return debt;
  }

  void nothing_else() {
    EXPECT_TRUE(out_.says.empty()) << out_.says.size() << " words, the first of kind " << out_.says.front().word.index();
    EXPECT_TRUE(out_.starts.empty());
    EXPECT_TRUE(out_.stops.empty());
    EXPECT_TRUE(out_.recalls.empty());
    EXPECT_TRUE(out_.spool_ends.empty());
    EXPECT_TRUE(out_.extends.empty());
    EXPECT_TRUE(out_.send_logs.empty());
    EXPECT_TRUE(out_.forget.empty());
    EXPECT_TRUE(out_.want_content.empty());
    EXPECT_FALSE(out_.move);
    EXPECT_FALSE(out_.reconnect);
    EXPECT_FALSE(out_.left);
    out_ = {};
  }

  void connect() {
    step(LinkUp{});
    said<Hello>();
    welcome();
  }
  void welcome() {
    from_broker(Welcome{.connection = ConnectionId{9}, .heartbeat = seconds(1), .silence = seconds(4), .holders = {{kReign, "m1"}}});
    last_renewal_ = said<Renew>().renewal;
    last_inventory_ = said<Inventory>();
  }
  void reconcile() {
    from_master(Granted{kSession, last_renewal_, seconds(60), seconds(5)});
    from_master(Reconciled{kSession, last_inventory_.serial});
  }
  void ready() {
    connect();
    reconcile();
    nothing_else();
  }

  static AttemptRef attempt(std::uint64_t item, std::uint32_t n = 1) {
    return {{ExecutionId{1}, TaskNo{0}, ItemNo{item}}, AttemptNo{n}};
  }
  // Its package's content "d1" is not here: the first piece is asked for.
  void fetch_for(AttemptRef attempt) {
    ready();
    auto word = run({attempt});
    word.specs[0].content = "d1";
    from_master(word);
    out_ = {};
    step(ContentMissing{"d1"});
    said<argosy::Fetch>();
  }

  argosy::Run run(std::vector<AttemptRef> attempts, std::uint32_t cpu = 1000) {
    argosy::Run run{.session = kSession, .renewal = last_renewal_};
    TaskSpec spec;
    spec.body.argv = {"/bin/true"};
    spec.body.resources.cpu_milli = cpu;
    run.specs.push_back(spec);
    for (const auto& ref : attempts) run.items.push_back({0, ref, "", ""});
    return run;
  }
  void end(AttemptRef ref, EndReason reason = EndReason::succeeded, std::uint64_t log_bytes = 0) {
    AttemptEnd e;
    e.attempt = ref;
    e.reason = reason;
    e.log_bytes = log_bytes;
    step(TaskEnded{e});
  }

  Machine machine_;
  Effects out_;
  Now now_{Time{1000000}, WallTime{5000000}};
  Renewal last_renewal_;
  Inventory last_inventory_;
};

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
  for (std::uint64_t i = 0; i < 60; ++i) {
    from_master(run({attempt(i)}));
    end(attempt(i));
    step(EndSpooled{attempt(i)});
  }
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
  for (std::uint64_t i = 0; i < 60; ++i) {
    from_master(run({attempt(i)}));
    end(attempt(i));
    step(EndSpooled{attempt(i)});
  }
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

TEST_F(WorkerTest, ContentIsFetchedPieceByPiece) {
  ready();
  auto word = run({attempt(0)});
  word.specs[0].content = "d1";
  from_master(word);
  EXPECT_EQ(take_one(out_.want_content), "d1");
  step(ContentMissing{"d1"});
  EXPECT_EQ(said<argosy::Fetch>().offset, 0u);
  from_master(Chunk{"d1", 0, 5, "abc"});
  EXPECT_EQ(take_one(out_.store_content).data, "abc");
  EXPECT_EQ(said<argosy::Fetch>().offset, 3u);
  from_master(Chunk{"d1", 3, 5, "de"});
  take_one(out_.store_content);
  step(ContentReady{"d1"});
  EXPECT_EQ(take_one(out_.starts).attempt, attempt(0));
}

TEST_F(WorkerTest, APieceThatDoesNotComeIsAskedForAgain) {
  fetch_for(attempt(0));
  from_master(Chunk{"d1", 0, 5, "abc"});
  said<argosy::Fetch>();
  out_ = {};
  live(seconds(4));
  nothing_else();
  live(seconds(1));  // its holder could not read the catalog
  EXPECT_EQ(said<argosy::Fetch>().offset, 3u);
  nothing_else();
  step(LinkDown{});
  step(LinkUp{});
  said<Hello>();
  welcome();
  EXPECT_EQ(said<argosy::Fetch>().offset, 3u);
  from_master(Chunk{"d1", 3, 5, "de"});
  from_master(Chunk{"d1", 3, 5, "de"});  // what was asked for twice may come twice
  EXPECT_EQ(take_one(out_.store_content).data, "de");
  live(seconds(6));  // it is being unpacked
}

TEST_F(WorkerTest, AFetchEndsWithThoseThatWaitForIt) {
  fetch_for(attempt(0));
  from_master(Drop{kSession, {attempt(0)}});
  said<Credit>();
  EXPECT_EQ(take_one(out_.forget), attempt(0));
  live(seconds(5));
  nothing_else();
  EXPECT_TRUE(machine_.state().fetches.empty());
}

TEST_F(WorkerTest, LeavesWhileContentIsOnItsWay) {
  fetch_for(attempt(0));
  step(Shutdown{});
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(0)});
  EXPECT_TRUE(out_.left);
  out_ = {};
}

TEST_F(WorkerTest, ContentThatCannotBeHadFailsTheAttempt) {
  fetch_for(attempt(0));
  from_master(Chunk{"d1", 0, 0, ""});
  EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::content_missing);
  said<Credit>();
}

TEST_F(WorkerTest, SilenceOfTheBrokerMakesItConnectAnew) {
  ready();
  pass(seconds(4));
  step(Tick{});
  EXPECT_TRUE(out_.reconnect);
  out_ = {};
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

}  // namespace
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

}  // namespace argosy::worker
