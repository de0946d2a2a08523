#include "tests/sim/store.h"

#include <utility>

#include "catalog/sql.h"
#include "catalog/work.h"

namespace argosy::sim {

Store::Store(Agenda& agenda, Rng& rng, Duration commit_most, Bug bug)
    : agenda_(agenda), rng_(rng), commit_most_(commit_most), bug_(bug) {
  catalog::Options options;
  options.migrate = true;
  auto opened = catalog::Catalog::open("sqlite::memory:", options);
  CHECK(opened.ok());
  catalog_ = std::move(*opened);
}

Store::~Store() = default;

void Store::write(Process& master, const std::string& name, std::shared_ptr<const Batch> batch, Answered answer) {
  const Time when = next_turn(name);
  const std::uint64_t life = master.life();
  bool told = false;
  if (bug_ == Bug::recorded_before_commit && batch->admissions.empty() && batch->claims.empty() && !batch->ends.empty()) {
    BatchOutcome early;
    early.id = batch->id;
    master.post(Duration{}, [answer, early] { answer(early); });
    told = true;
  }
  agenda_.at(when, [this, &master, life, batch, told, answer = std::move(answer)] {
    const bool lives = master.life() == life;
    BatchOutcome outcome = attempt(*batch, lives);
    if (!lives || told) return;
    master.post(Duration{}, [answer, outcome = std::move(outcome)]() mutable { answer(std::move(outcome)); });
  });
}

// What was under way when its master died may still be written.
BatchOutcome Store::attempt(const Batch& batch, bool master_lives) {
  BatchOutcome outcome;
  outcome.id = batch.id;
  outcome.verdict = BatchVerdict::unavailable;
  outcome.detail = "the catalog cannot be reached";
  if (away()) return outcome;
  if (!master_lives && rng_.chance(1, 2)) return outcome;
  if (unknown_percent_ == 0 || !rng_.chance(unknown_percent_, 100)) return write_really(batch);
  ++unknown_;
  if (rng_.chance(1, 2)) (void)write_really(batch);
  outcome.verdict = BatchVerdict::unknown;
  outcome.detail = "the connection broke while committing";
  return outcome;
}

BatchOutcome Store::write_really(const Batch& batch) {
  const Term current = terms_[batch.fence.shard];
  BatchOutcome outcome = bug_ == Bug::none ? catalog::write(*catalog_, batch) : catalog::write(*catalog_, spoiled(batch));
  if (outcome.verdict == BatchVerdict::committed && witnesses_ != nullptr) {
    witnesses_->tell([&](Witness& witness) { witness.committed(batch, outcome, current); });
  }
  return outcome;
}

// The planted bugs of the write path.
Batch Store::spoiled(const Batch& batch) {
  Batch copy = batch;
  if (bug_ == Bug::claim_skipped) copy.claims.clear();
  if (bug_ == Bug::term_not_checked) copy.fence.term = terms_[batch.fence.shard];
  if (bug_ == Bug::key_forgotten) {
    for (Admission& admission : copy.admissions) admission.key += "~" + std::to_string(++spoiled_keys_);
  }
  if (bug_ == Bug::end_twice) {
    for (EndRow& row : copy.ends) {
      if (is_terminal(row.item)) row.item = ItemState::ready;
    }
  }
  return copy;
}

void Store::overwrite_end(const AttemptEnd& end) {
  catalog::Sql& sql = catalog_->sql();
  const ItemRef& item = end.attempt.item;
  (void)sql.write([&] {
    return sql.run("UPDATE attempts SET reason = :a, exit_code = :b WHERE execution = :c AND task = :d AND item = :e AND "
                   "attempt = :f", static_cast<std::int64_t>(end.reason), static_cast<std::int64_t>(end.exit_code),
                   item.execution.value, item.task.value, item.item.value, end.attempt.attempt.value);
  });
}

void Store::take(Process& master, const std::string& name, ShardId shard, WallTime at, Taken taken) {
  const std::uint64_t life = master.life();
  agenda_.at(next_turn(name), [this, &master, life, name, shard, at, taken = std::move(taken)]() mutable {
    if (master.life() != life) return;
    if (away()) {
      return master.post(Duration{}, [taken, shard] { taken(master::TakeFailed{shard, "the catalog cannot be reached"}); });
    }
    const auto reign = catalog::take_shard(*catalog_, shard, name, at);
    CHECK(reign.ok());
    terms_[shard] = reign->term;
    holder_ = name;
    finish_take(master, name, *reign, std::move(taken));
  });
}

// A transaction of its own, later.
void Store::finish_take(Process& master, const std::string& name, ShardTerm reign, Taken taken) {
  const std::uint64_t life = master.life();
  agenda_.at(next_turn(name), [this, &master, life, reign, taken = std::move(taken)] {
    if (master.life() != life) return;
    auto snapshot = away() ? Result<ShardSnapshot>(Error{"the catalog cannot be reached"})
                           : catalog::read_shard(*catalog_, reign);
    if (!snapshot.ok()) {
      return master.post(Duration{}, [taken, reign, why = snapshot.error().message] {
        taken(master::TakeFailed{reign.shard, why});
      });
    }
    master::Adopted adopted{std::move(*snapshot), {}, {}};
    master.post(Duration{}, [taken, adopted = std::move(adopted)] { taken(adopted); });
  });
}

Time Store::next_turn(const std::string& name) {
  Time& busy = busy_until_[name];
  const auto most = static_cast<std::uint64_t>(commit_most_.us);
  auto takes = static_cast<std::int64_t>(100 + rng_.below((rng_.chance(1, 6) ? most : most / 20) + 1));
  if (agenda_.now() < slow_until_) takes += static_cast<std::int64_t>(rng_.below(3'000'000));
  busy = std::max(busy, agenda_.now()) + microseconds(takes);
  return busy;
}

void Store::heal() {
  away_until_ = slow_until_ = agenda_.now();
  unknown_percent_ = 0;
  commit_most_ = std::min(commit_most_, milliseconds(5));
}

}  // namespace argosy::sim
