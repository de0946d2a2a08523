// What the machine's tests share. Each says words and looks at every debt that follows, and that there is no other.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "worker/machine.h"

namespace argosy::worker {

inline constexpr ShardTerm kReign{ShardId{0}, Term{3}};
inline const Epoch kEpoch{2, "b1"};
inline constexpr SessionId kSession{77};

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
  // Sixty tasks that end at once: the machine takes the next ones for short.
  void see_short_tasks() {
    for (std::uint64_t i = 0; i < 60; ++i) {
      from_master(run({attempt(i)}));
      end(attempt(i));
      step(EndSpooled{attempt(i)});
    }
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

}  // namespace argosy::worker
