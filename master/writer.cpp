#include "master/writer.h"

#include <chrono>

#include "catalog/catalog.h"
#include "catalog/fleet.h"
#include "catalog/guard.h"
#include "catalog/work.h"
#include "fabric/clock.h"

namespace argosy::master {

Writer::Writer(std::string catalog, Self self, fabric::Wakeup& wakeup)
    : address_(std::move(catalog)),
      self_(std::move(self)),
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
  tell(Settled{batch->fence.shard, std::move(outcome)});
}

void Writer::work(const TakeJob& job) {
  std::string why;
  if (!open(why)) return tell(TakeFailed{job.shard, why});
  const auto reign = catalog::take_shard(*catalog_, job.shard, self_.name, fabric::read_wall());
  if (!reign) return tell(TakeFailed{job.shard, reign.error().message});
  auto snapshot = catalog::read_shard(*catalog_, *reign);
  if (!snapshot) return tell(TakeFailed{job.shard, snapshot.error().message});
  Adopted adopted{std::move(*snapshot), {}, {}};
  if (const auto shards = catalog::list_shards(*catalog_)) {
    for (const auto& shard : *shards) {
      if (shard.reign.shard == job.shard) adopted.lease = shard.lease, adopted.grace = shard.grace;
    }
  }
  const auto now = fabric::read_wall();
  (void)catalog::saw_master(*catalog_, {self_.name, self_.session, self_.host, self_.build, now, now});
  tell(std::move(adopted));
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
