#include "tests/sim/store.h"

#include <utility>

#include "catalog/fleet.h"
#include "catalog/incarnation.h"
#include "catalog/sql.h"
#include "catalog/work.h"
#include "schemas/states.h"
#include "schemas/transcript.h"

namespace argosy::sim {

Store::Store(Agenda& agenda, Rng& rng, Rng& desk_rng, Duration commit_most, Bug bug)
    : agenda_(agenda), rng_(rng), desk_rng_(desk_rng), commit_most_(commit_most), bug_(bug) {
  catalog::Options options;
  options.migrate = true;
  auto opened = catalog::Catalog::open("sqlite::memory:", options);
  CHECK(opened.ok());
  catalog_ = std::move(*opened);
  begin_life();
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
  agenda_.at(when, [this, &master, life, name, batch, told, asked_at = agenda_.now(), answer = std::move(answer)] {
    const bool lives = master.life() == life;
    BatchOutcome outcome = attempt(*batch, fate(name, asked_at, lives));
    if (!lives || told) return;
    master.post(Duration{}, [answer, outcome = std::move(outcome)]() mutable { answer(std::move(outcome)); });
  });
}

// What becomes of a write whose turn it is. What was under way when its master died may still be written.
Store::Fate Store::fate(const std::string& master, Time asked_at, bool master_lives) {
  if (asked_at < failed_over_at_) return rng_.chance(1, 2) ? Fate::unknown_done : Fate::unknown_not_done;
  if (away()) return Fate::unreachable;
  if (!master_lives && rng_.chance(1, 2)) return Fate::not_done;
  if (is_led_astray(master)) return Fate::unknown_not_done;
  if (unknown_percent_ == 0 || !rng_.chance(unknown_percent_, 100)) return Fate::done;
  return rng_.chance(1, 2) ? Fate::unknown_done : Fate::unknown_not_done;
}

BatchOutcome Store::attempt(const Batch& batch, Fate fate) {
  BatchOutcome outcome;
  outcome.id = batch.id;
  outcome.verdict = BatchVerdict::unavailable;
  outcome.detail = "the catalog cannot be reached";
  if (fate == Fate::done) return write_really(batch);
  if (fate == Fate::unreachable || fate == Fate::not_done) return outcome;
  ++unknown_;
  if (fate == Fate::unknown_done) (void)write_really(batch);
  // The former primary shows it: committed there, and nowhere else.
  const bool believed = bug_ == Bug::unknown_settled_by_read && fate == Fate::unknown_not_done && batch.admissions.empty();
  outcome.verdict = believed ? BatchVerdict::committed : BatchVerdict::unknown;
  outcome.detail = "the connection broke while committing";
  return outcome;
}

BatchOutcome Store::write_really(const Batch& batch) {
  const Term current = terms_[batch.fence.shard];
  BatchOutcome outcome = bug_ == Bug::none ? catalog::write(*catalog_, batch) : catalog::write(*catalog_, spoiled(batch));
  if (outcome.verdict == BatchVerdict::committed && journal_->wants_text()) note(batch);
  if (outcome.verdict == BatchVerdict::committed && witnesses_ != nullptr) {
    witnesses_->tell([&](Witness& witness) { witness.committed(batch, outcome, current); });
  }
  return outcome;
}

// For people who read a transcript.
void Store::note(const Batch& batch) {
  std::string text = "committed, shard " + std::to_string(batch.fence.shard.value) + " term " + std::to_string(batch.fence.term.value) + ":";
  for (const Admission& row : batch.admissions) text += " admits " + row.key;
  for (const ClaimRow& row : batch.claims) text += " claims " + to_text(row.attempt);
  for (const EndRow& row : batch.ends) text += " ends " + to_text(row.end.attempt) + " (" + std::string(to_string(row.end.reason)) + ")";
  if (!batch.outputs.empty()) text += " " + std::to_string(batch.outputs.size()) + " chunks of logs";
  journal_->line(agenda_.now(), text);
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

void Store::take(Process& master, const std::string& name, const ShardTerm& heard, WallTime at, Taken taken) {
  const ShardId shard = heard.shard;
  const std::uint64_t life = master.life();
  auto early = bug_ == Bug::adopter_reads_first && terms_[shard] != Term{}
                   ? catalog::read_shard(*catalog_, {shard, terms_[shard]}) : Result<ShardSnapshot>(Error{""});
  const Duration pause = early.ok() ? microseconds(static_cast<std::int64_t>(rng_.below(2'000'000))) : Duration{};  // of that adopter
  agenda_.at(next_turn(name) + pause, [this, &master, life, name, shard, heard, at, asked_at = agenda_.now(), early = std::move(early),
                               taken = std::move(taken)]() mutable {
    const bool lives = master.life() == life;
    const Fate what = fate(name, asked_at, lives);
    if (what == Fate::done || what == Fate::unknown_done) {
      const auto reign = catalog::take_shard(*catalog_, shard, name, at, heard.term);
      if (!reign) return fail_take(master, life, shard, reign.error().message, taken);
      terms_[shard] = reign->term;
      holders_[shard] = name;
      if (bug_ == Bug::key_forgotten_after_failover) forget_keys();
      if (what == Fate::done && lives) return finish_take(master, name, *reign, std::move(early), std::move(taken));
    }
    if (what == Fate::unknown_done || what == Fate::unknown_not_done) ++unknown_;
    fail_take(master, life, shard, "the catalog cannot be reached", taken);
  });
}

void Store::fail_take(Process& master, std::uint64_t life, ShardId shard, const std::string& why, const Taken& taken) {
  if (master.life() != life) return;
  master.post(Duration{}, [taken, shard, why] { taken(master::TakeFailed{shard, why}); });
}

// A transaction of its own, later.
void Store::finish_take(Process& master, const std::string& name, ShardTerm reign, Result<ShardSnapshot> early, Taken taken) {
  const std::uint64_t life = master.life();
  agenda_.at(next_turn(name), [this, &master, name, life, reign, early = std::move(early), taken = std::move(taken)]() mutable {
    if (master.life() != life) return;
    auto snapshot = away() ? Result<ShardSnapshot>(Error{"the catalog cannot be reached"}) : read(name, reign);
    if (snapshot.ok() && early.ok()) snapshot = std::move(early), snapshot->reign = reign;
    if (!snapshot.ok()) return fail_take(master, life, reign.shard, snapshot.error().message, taken);
    master::Adopted adopted{std::move(*snapshot), {}, {}, *catalog::read_incarnation(*catalog_)};
    master.post(Duration{}, [taken, adopted = std::move(adopted)] { taken(adopted); });
  });
}

// A session is proved by a write on it that is acknowledged: never that on a former primary.
Result<ShardSnapshot> Store::read(const std::string& name, ShardTerm reign) {
  if (!is_led_astray(name)) return read_from(*catalog_, reign, reign);
  if (bug_ != Bug::adopter_reads_former) return Error{"the session could not be proved: this server was failed over"};
  const auto shards = catalog::list_shards(former_->catalog());
  for (const catalog::ShardRecord& shard : *shards) {
    if (shard.reign.shard == reign.shard) return read_from(former_->catalog(), shard.reign, reign);
  }
  return Error{"there is no such shard"};
}

// `there`: who holds the shard in that catalog.
Result<ShardSnapshot> Store::read_from(catalog::Catalog& shown, ShardTerm there, ShardTerm reign) {
  auto snapshot = catalog::read_shard(shown, there);
  if (!snapshot.ok()) return snapshot;
  snapshot->reign = reign;
  witnesses_->tell([&](Witness& witness) { witness.adopted(reign, shown); });
  return snapshot;
}

// The planted bug: what a failover leaves of the keys.
void Store::forget_keys() {
  catalog::Sql& sql = catalog_->sql();
  (void)sql.write([&] { return sql.run("UPDATE executions SET key = key || '~' || id WHERE key NOT LIKE '%~%'"); });
}

catalog::Catalog& Store::shown_to(const std::string& master) {
  if (is_led_astray(master)) return former_->catalog();
  const auto stale = stale_desks_.find(master);
  const bool astray = stale != stale_desks_.end() && agenda_.now() < stale->second.until && desk_rng_.chance(1, 2);
  return astray ? stale->second.former->catalog() : *catalog_;
}

// Each new session may be on the one or the other.
bool Store::is_led_astray(const std::string& master) {
  const auto zombie = zombie_until_.find(master);
  return zombie != zombie_until_.end() && agenda_.now() < zombie->second && rng_.chance(1, 2);
}

void Store::fail_over(Duration how_long) {
  failed_over_at_ = agenda_.now();
  go_away(how_long);
}

void Store::lead_to_zombie(const std::string& master, Duration how_long) {
  former_ = std::make_unique<CatalogCopy>(*catalog_);
  zombie_until_[master] = agenda_.now() + how_long;
}

void Store::lead_desk_to_former(const std::string& master, Duration how_long) {
  stale_desks_[master] = {std::make_unique<CatalogCopy>(*catalog_), agenda_.now() + how_long};
}

const std::string& Store::holder(ShardId shard) const {
  static const std::string nobody;
  const auto it = holders_.find(shard);
  return it == holders_.end() ? nobody : it->second;
}

Time Store::next_turn(const std::string& name) {
  Time& busy = busy_until_[name];
  const auto most = static_cast<std::uint64_t>(commit_most_.us);
  auto takes = static_cast<std::int64_t>(100 + rng_.below((rng_.chance(1, 6) ? most : most / 20) + 1));
  if (agenda_.now() < slow_until_) takes += static_cast<std::int64_t>(rng_.below(3'000'000));
  busy = std::max(std::max(busy, agenda_.now()), hang_until_) + microseconds(takes);
  return busy;
}

void Store::heal() {
  away_until_ = slow_until_ = hang_until_ = agenda_.now();
  zombie_until_.clear();
  stale_desks_.clear();
  unknown_percent_ = 0;
  commit_most_ = std::min(commit_most_, milliseconds(5));
}

}  // namespace argosy::sim
