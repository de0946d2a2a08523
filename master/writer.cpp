#include "master/writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "catalog/catalog.h"
#include "catalog/fleet.h"
#include "catalog/guard.h"
#include "catalog/incarnation.h"
#include "catalog/work.h"
#include "fabric/clock.h"

namespace argosy::master {

Writer::Writer(std::string catalog, Self self, Limits limits, Neighbours neighbours, fabric::Wakeup& wakeup)
    : address_(std::move(catalog)),
      self_(std::move(self)),
      limits_(limits),
      neighbours_(std::move(neighbours)),
      wakeup_(wakeup),
      guard_(std::make_unique<catalog::Guard>(
          catalog::GuardOptions{address_, milliseconds(800), {}, [this](const std::string& why) { tell_waits(why); }})),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    std::unique_lock lock(mutex_);
    stop_ = true;
    more_.notify_all();
    while (!more_.wait_for(lock, std::chrono::seconds(1), [this] { return stopped_; })) guard_->line()->cut();
  }
  thread_.join();
}

void Writer::put(WriterJob job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  more_.notify_one();
}

void Writer::saw(const std::vector<WorkerPresence>& workers) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = seen_.empty();
    for (const WorkerPresence& each : workers) seen_[each.worker] = each;
  }
  if (first) put(SeenJob{});
}

void Writer::take(std::vector<Event>& out) {
  const std::lock_guard lock(mutex_);
  for (Event& event : told_) out.push_back(std::move(event));
  told_.clear();
}

void Writer::run() {
  while (true) {
    WriterJob job;
    {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
      if (stop_) break;
      waits_.clear();
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    const catalog::Guard::Watched watched(*guard_);
    std::visit([this](const auto& each) { work(each); }, job);
  }
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  more_.notify_all();
}

// Each reason once for a job: the guard says it again and again.
void Writer::tell_waits(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (waits_ == why) return;
    waits_ = why;
  }
  tell(CatalogWaits{why});
}

bool Writer::open(std::string& why) {
  if (catalog_) return true;
  catalog::Options options;
  options.program = "argosy master " + self_.name;
  options.line = guard_->line();
  auto opened = catalog::Catalog::open(address_, options);
  if (!opened) {
    why = opened.error().message;
    return false;
  }
  catalog_ = std::move(*opened);
  return true;
}

void Writer::tell(Event event) {
  {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(event));
  }
  wakeup_.notify();
}

void Writer::work(const std::shared_ptr<const Batch>& batch) {
  BatchOutcome outcome;
  outcome.id = batch->id;
  outcome.verdict = BatchVerdict::unavailable;
  if (open(outcome.detail)) outcome = catalog::write(*catalog_, *batch);
  if (outcome.verdict == BatchVerdict::unavailable) {
    neighbours_.kill_stopped();
    tell_notes();
  }
  tell(Settled{batch->fence.shard, std::move(outcome)});
}

// What belongs to a shard that this master does not know of would wait for ever when the others are gone. Settled when it
// began, if the catalog was there.
Status Writer::agree_on_shards() {
  const auto number = static_cast<std::uint32_t>(self_.shards.size());
  const auto known = catalog::read_property(*catalog_, "shards");
  if (!known) return known.error();
  if (*known == std::to_string(number)) return Done{};
  const WallTime now = fabric::read_wall();
  return catalog::settle_shards(*catalog_, {self_.name, self_.session, self_.host, self_.build, now, now}, number);
}

// The shard's row promises at least what this master will obey, before it is taken: whoever takes it next waits for as long.
Status Writer::promise(ShardId shard) {
  return catalog::raise_shard_leases(*catalog_, shard, limits_.lease, limits_.catalog_grace);
}

Result<Adopted> Writer::take_over(const ShardTerm& heard) {
  const ShardId shard = heard.shard;
  if (Status agreed = agree_on_shards(); !agreed) return agreed.error();
  const auto before = catalog::list_shards(*catalog_);
  if (!before) return before.error();
  for (const auto& row : *before) {
    if (row.reign.shard != shard || row.master.empty() || row.master == self_.name) continue;
    if (Status way = neighbours_.make_way(row.master); !way) return way.error();
  }
  if (Status promised = promise(shard); !promised) return promised.error();
  const auto reign = catalog::take_shard(*catalog_, shard, self_.name, fabric::read_wall(), heard.term);
  if (!reign) return reign.error();
  if (Status promised = promise(shard); !promised) return promised.error();  // of a shard that was not there before
  auto snapshot = catalog::read_shard(*catalog_, *reign);
  if (!snapshot) return snapshot.error();
  const auto incarnation = catalog::read_incarnation(*catalog_);
  if (!incarnation) return incarnation.error();
  const auto after = catalog::list_shards(*catalog_);
  if (!after) return after.error();
  Adopted adopted{std::move(*snapshot), {}, {}, *incarnation};
  for (const auto& row : *after) {
    if (row.reign.shard == shard) adopted.lease = row.lease, adopted.grace = row.grace;
  }
  return adopted;
}

void Writer::tell_notes() {
  for (const std::string& note : neighbours_.take_notes()) spdlog::warn("{}", note);
}

void Writer::work(const TakeJob& job) {
  std::string why;
  if (!open(why)) return tell(TakeFailed{job.heard.shard, why});
  auto adopted = take_over(job.heard);
  const bool locked = !adopted && catalog_->trouble() == catalog::Trouble::unavailable;
  if (locked) neighbours_.kill_stopped();
  tell_notes();
  if (!adopted) return tell(TakeFailed{job.heard.shard, adopted.error().message});
  tell(std::move(*adopted));
}

void Writer::work(SeenJob) {
  std::map<std::string, WorkerPresence> workers;
  {
    const std::lock_guard lock(mutex_);
    workers.swap(seen_);
  }
  std::string why;
  if (!open(why)) return;
  const WallTime now = fabric::read_wall();
  std::vector<catalog::WorkerSeen> seen;
  for (const auto& [name, worker] : workers) seen.push_back({name, worker.session, worker.host, worker.build, now, now});
  (void)catalog::saw_workers(*catalog_, seen);
}

}  // namespace argosy::master
