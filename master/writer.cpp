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

// The shard's row promises at least what this master will obey, before it is taken: whoever takes it next waits for as long.
// It is never lowered: leases that rest on the longer promise may still run.
Status Writer::promise(ShardId shard) {
  const auto shards = catalog::list_shards(*catalog_);
  if (!shards) return shards.error();
  for (const auto& row : *shards) {
    if (row.reign.shard != shard || (row.lease >= limits_.lease && row.grace >= limits_.catalog_grace)) continue;
    return catalog::set_shard_leases(*catalog_, shard, std::max(row.lease, limits_.lease),
                                     std::max(row.grace, limits_.catalog_grace));
  }
  return Done{};
}

Result<Adopted> Writer::take_over(ShardId shard) {
  const auto before = catalog::list_shards(*catalog_);
  if (!before) return before.error();
  for (const auto& row : *before) {
    if (row.reign.shard != shard || row.master.empty() || row.master == self_.name) continue;
    if (Status way = neighbours_.make_way(row.master); !way) return way.error();
  }
  if (Status promised = promise(shard); !promised) return promised.error();
  const auto reign = catalog::take_shard(*catalog_, shard, self_.name, fabric::read_wall());
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
  if (!open(why)) return tell(TakeFailed{job.shard, why});
  auto adopted = take_over(job.shard);
  const bool locked = !adopted && catalog_->trouble() == catalog::Trouble::unavailable;
  if (locked) neighbours_.kill_stopped();
  tell_notes();
  if (!adopted) return tell(TakeFailed{job.shard, adopted.error().message});
  tell(std::move(*adopted));
}

void Writer::work(const SeenJob& job) {
  std::string why;
  if (!open(why)) return;
  const WallTime now = fabric::read_wall();
  std::vector<catalog::WorkerSeen> seen;
  for (const auto& worker : job.workers) {
    seen.push_back({worker.worker, worker.session, worker.host, worker.build, now, now});
  }
  (void)catalog::saw_workers(*catalog_, seen);
}

}  // namespace argosy::master
