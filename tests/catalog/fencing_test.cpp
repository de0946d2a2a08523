// What only a real PostgreSQL can show: a fenced master's batch and its adopter, stopped at each place where locks are
// taken, in every order. Events are the locks themselves (pg_locks), so each order is the one that was meant.
//
//   old master:  write_batch … checks the term │gate 1: first row│ … │gate 2: last row│ … commit
//   adopter:     take_shard  … raises the term │gate 3: commit│ … then read_shard
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "catalog/sql.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

// A thread with a connection of its own that does one job after another.
class Actor {
 public:
  explicit Actor(std::unique_ptr<Catalog> catalog) : catalog_(std::move(catalog)), thread_([this] { run(); }) {}
  ~Actor() {
    give({});
    thread_.join();
  }
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  void give(std::function<void(Catalog&)> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    ++open_;
    more_.notify_one();
  }
  bool idle() {
    const std::lock_guard lock(mutex_);
    return open_ == 0;
  }
  // Required: idle.
  std::int64_t backend() {
    Sql& sql = catalog_->sql();
    const auto pid = sql.read([&] { return std::get<0>(*sql.row<std::int64_t>("SELECT CAST(pg_backend_pid() AS bigint)")); });
    return pid.ok() ? *pid : backend_after_loss();
  }

 private:
  std::int64_t backend_after_loss() {
    Sql& sql = catalog_->sql();
    return *sql.read([&] { return std::get<0>(*sql.row<std::int64_t>("SELECT CAST(pg_backend_pid() AS bigint)")); });
  }

  void run() {
    while (true) {
      std::function<void(Catalog&)> job;
      {
        std::unique_lock lock(mutex_);
        more_.wait(lock, [this] { return !jobs_.empty(); });
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      if (!job) return;
      job(*catalog_);
      const std::lock_guard lock(mutex_);
      --open_;
    }
  }

  std::unique_ptr<Catalog> catalog_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void(Catalog&)>> jobs_;
  int open_ = 0;
  std::thread thread_;
};

constexpr const char* kGates = R"(
CREATE FUNCTION argosy.gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NULL; END $$;
CREATE TRIGGER gate AFTER INSERT ON argosy.open_attempts FOR EACH STATEMENT EXECUTE FUNCTION argosy.gate(1);
CREATE TRIGGER gate AFTER INSERT ON argosy.operations FOR EACH STATEMENT EXECUTE FUNCTION argosy.gate(2);
CREATE CONSTRAINT TRIGGER gate AFTER UPDATE ON argosy.shards DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.term <> NEW.term) EXECUTE FUNCTION argosy.gate(3);
)";

enum class Adopter { takes_then_reads, reads_then_takes };  // the second is the planted bug
enum class Writer { goes_on, is_terminated };               // at gate 1

struct Outcome {
  BatchVerdict verdict = BatchVerdict::unavailable;
  bool in_snapshot = false;
  bool there_at_last = false;

  // P4 and P6 in one sentence: what was acknowledged is adopted, what is not adopted never comes.
  bool sound() const {
    return (verdict != BatchVerdict::committed || in_snapshot) && (in_snapshot || !there_at_last);
  }
};

class Fencing : public Fixture {
 protected:
  void SetUp() override {
    Fixture::SetUp();
    if (IsSkipped()) return;
    behind(kGates);
    control_ = open();
    old_ = std::make_unique<Actor>(open());
    adopter_ = std::make_unique<Actor>(open());
  }
  void TearDown() override {
    old_.reset(), adopter_.reset(), control_.reset();
    Fixture::TearDown();
  }

  void close(int gate) { control_->sql().script("SELECT pg_advisory_lock(" + std::to_string(gate) + ")"); }
  void open_gate(int gate) { control_->sql().script("SELECT pg_advisory_unlock(" + std::to_string(gate) + ")"); }

  bool waits_for_lock(std::int64_t backend) {
    bool waits = false;
    control_->sql().each("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = " + std::to_string(backend), {}, {Kind::number},
                         [&](std::vector<Value>& cells) { waits = std::get<std::int64_t>(cells[0]) > 0; });
    return waits;
  }
  // Until either has done its jobs or waits for a lock. A lock that is released is granted in that moment.
  void settle(std::int64_t old_backend, std::int64_t adopter_backend) {
    while (!(old_->idle() || waits_for_lock(old_backend)) || !(adopter_->idle() || waits_for_lock(adopter_backend)))
      std::this_thread::yield();
  }

  ExecutionId admit_under(ShardTerm reign) {
    Batch b;
    b.id = next_id_++;
    b.fence = reign;
    b.admissions.push_back(admission("k" + std::to_string(reign.shard.value)));
    return write(db(), b).admissions.at(0).execution;
  }

  // `order`: when the old master ("A") and the adopter ("B") take their next step.
  Outcome play(const std::string& order, Adopter adopter, Writer writer) {
    const ShardTerm reign = *take_shard(db(), {++shard_}, "m1", {1});
    const ExecutionId execution = admit_under(reign);
    Batch batch;
    batch.id = next_id_++;
    batch.fence = reign;
    batch.claims = {claim(attempt(execution, 0))};
    batch.operations = {{{1}, "m1", "v", "o", ""}};
    const std::int64_t old_backend = old_->backend(), adopter_backend = adopter_->backend();
    Outcome outcome;
    for (const int gate : {1, 2, 3}) close(gate);
    const auto take = [&](Catalog& c) {
      const auto taken = take_shard(c, reign.shard, "m2", {2});
      ASSERT_TRUE(taken.ok()) << taken.error().message;
      EXPECT_EQ(taken->term.value, reign.term.value + 1);
    };
    const auto read = [&](Catalog& c) {
      const auto found = read_execution(c, execution);
      ASSERT_TRUE(found.ok()) << found.error().message;
      outcome.in_snapshot = !found->open.empty();
    };
    const auto read_fenced = [&](Catalog& c) {
      const auto found = read_shard(c, {reign.shard, {reign.term.value + 1}});
      ASSERT_TRUE(found.ok()) << found.error().message;
      outcome.in_snapshot = !found->executions.at(0).open.empty();
    };
    int a = 0, b = 0;
    for (const char who : order) {
      if (who == 'A') {
        ++a;
        if (a == 1) old_->give([&](Catalog& c) { outcome.verdict = write(c, batch).verdict; });
        if (a == 2 && writer == Writer::goes_on) open_gate(1);
        if (a == 2 && writer == Writer::is_terminated)
          control_->sql().script("SELECT pg_terminate_backend(" + std::to_string(old_backend) + ")");
        if (a == 3) open_gate(2);
      } else {
        ++b;
        const bool sound = adopter == Adopter::takes_then_reads;
        if (b == 1) sound ? adopter_->give(take) : adopter_->give(read);
        if (b == 2) open_gate(3);
        if (b == 3) sound ? adopter_->give(read_fenced) : adopter_->give(take);
      }
      settle(old_backend, adopter_backend);
    }
    if (writer == Writer::is_terminated) open_gate(1);
    while (!old_->idle() || !adopter_->idle()) std::this_thread::yield();
    outcome.there_at_last = !read_execution(db(), execution)->open.empty();
    EXPECT_EQ(write(db(), batch).verdict, BatchVerdict::fenced) << "after the adoption";
    return outcome;
  }

  std::vector<std::string> orders() const {
    std::vector<std::string> out;
    std::string order = "AAABBB";
    do out.push_back(order);
    while (std::next_permutation(order.begin(), order.end()));
    return out;
  }

  std::unique_ptr<Catalog> control_;
  std::unique_ptr<Actor> old_, adopter_;
  std::uint32_t shard_ = 100;
};
INSTANTIATE_TEST_SUITE_P(Only, Fencing, testing::Values(Dialect::postgresql), [](const auto&) { return "postgresql"; });

TEST_P(Fencing, InEveryOrderTheAdopterSeesWhatWasAcknowledgedAndNothingComesLater) {
  std::size_t committed = 0, fenced = 0;
  for (const auto& order : orders()) {
    const Outcome outcome = play(order, Adopter::takes_then_reads, Writer::goes_on);
    EXPECT_TRUE(outcome.sound()) << order << ": verdict " << static_cast<int>(outcome.verdict) << ", in snapshot "
                                 << outcome.in_snapshot << ", there at last " << outcome.there_at_last;
    committed += outcome.verdict == BatchVerdict::committed ? 1 : 0;
    fenced += outcome.verdict == BatchVerdict::fenced ? 1 : 0;
  }
  EXPECT_EQ(committed + fenced, orders().size());
  EXPECT_GT(committed, 0u);
  EXPECT_GT(fenced, 0u);
}

TEST_P(Fencing, InEveryOrderABatchWhoseSessionDiesIsAdoptedOrNeverCame) {
  for (const auto& order : orders()) {
    const Outcome outcome = play(order, Adopter::takes_then_reads, Writer::is_terminated);
    EXPECT_TRUE(outcome.sound()) << order;
    EXPECT_NE(outcome.verdict, BatchVerdict::committed) << order;
  }
}

// The checker is no good if it does not catch an adopter that reads before it fences.
TEST_P(Fencing, AnAdopterThatReadsBeforeItFencesIsCaught) {
  std::size_t caught = 0;
  for (const auto& order : orders()) caught += play(order, Adopter::reads_then_takes, Writer::goes_on).sound() ? 0 : 1;
  EXPECT_GT(caught, 0u);
}

// Each holds its own new term at commit while it waits for nothing of the other's: no deadlock, whoever comes first.
TEST_P(Fencing, TwoMastersThatAdoptEachOthersShardsDoNotDeadlock) {
  const auto deadlocks = [&] {
    std::int64_t count = 0;
    control_->sql().each("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", {}, {Kind::number},
                         [&](std::vector<Value>& cells) { count = std::get<std::int64_t>(cells[0]); });
    return count;
  };
  for (const std::string order : {"xy", "yx"}) {
    const ShardTerm one = *take_shard(db(), {++shard_}, "m1", {1}), two = *take_shard(db(), {++shard_}, "m2", {1});
    const ExecutionId first = admit_under(one), second = admit_under(two);
    const std::int64_t x = old_->backend(), y = adopter_->backend();
    close(3);
    // m1 takes m2's shard, then goes on in its own; m2 the other way round.
    const auto adopts = [&](ShardTerm theirs, ShardTerm own, ExecutionId mine, const char* name) {
      return [this, theirs, own, mine, name](Catalog& c) {
        const auto taken = take_shard(c, theirs.shard, name, {2});
        EXPECT_TRUE(taken.ok()) << taken.error().message;
        Batch b;
        b.id = 1'000'000 + own.shard.value;
        b.fence = own;
        b.claims = {claim(attempt(mine, 0))};
        EXPECT_EQ(write(c, b).verdict, BatchVerdict::fenced);
      };
    };
    for (const char who : order) {
      if (who == 'x') old_->give(adopts(two, one, first, "m1"));
      if (who == 'y') adopter_->give(adopts(one, two, second, "m2"));
      settle(x, y);
    }
    EXPECT_TRUE(waits_for_lock(x) && waits_for_lock(y)) << "both hold a new term that is not committed yet";
    open_gate(3);
    while (!old_->idle() || !adopter_->idle()) std::this_thread::yield();
  }
  EXPECT_EQ(deadlocks(), 0);
}

}  // namespace
}  // namespace argosy::catalog
