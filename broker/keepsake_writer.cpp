#include "broker/keepsake_writer.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace argosy::broker {

KeepsakeWriter::KeepsakeWriter(Keepsakes kept, fabric::PollSet& polls)
    : kept_(std::move(kept)),
      polls_(polls),
      token_(polls.add(wakeup_.fd())),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

KeepsakeWriter::~KeepsakeWriter() {
  polls_.remove(token_);
}

template <class Keepsake>
void KeepsakeWriter::wait_with(std::optional<Keepsake> Waiting::*kind, Keepsake keepsake) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.*kind = std::move(keepsake);
  }
  changed_.notify_all();
}

void KeepsakeWriter::put(const Epoch& epoch) {
  wait_with(&Waiting::epoch, epoch);
}

void KeepsakeWriter::put(Roster roster) {
  wait_with(&Waiting::roster, std::move(roster));
}

void KeepsakeWriter::put(Endpoint endpoint) {
  wait_with(&Waiting::endpoint, std::move(endpoint));
}

void KeepsakeWriter::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !writing_ && !waiting_.any(); });
}

Status KeepsakeWriter::take(std::vector<Event>& events) {
  wakeup_.clear();
  const std::lock_guard lock(mutex_);
  for (const Epoch& each : stored_) {
    spdlog::info("rises in epoch {} as {}", each.number, each.broker);
    events.push_back(EpochStored{each});
  }
  for (const Error& each : troubles_) spdlog::error("{}", each.message);
  stored_.clear();
  troubles_.clear();
  if (failed_) return *failed_;
  return Done{};
}

void KeepsakeWriter::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return waiting_.any(); })) {
    const Waiting next = std::exchange(waiting_, {});
    writing_ = true;
    lock.unlock();
    write(next);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

// The epoch first: a takeover waits for it.
void KeepsakeWriter::write(const Waiting& next) {
  if (next.epoch) {
    const Status stored = kept_.store(*next.epoch);
    const std::lock_guard lock(mutex_);
    stored ? stored_.push_back(*next.epoch) : void(failed_ = stored.error());
    wakeup_.notify();
  }
  Status roster = next.roster ? kept_.store(*next.roster) : Done{};
  Status endpoint = next.endpoint ? kept_.store(*next.endpoint) : Done{};
  if (roster && endpoint) return;
  const std::lock_guard lock(mutex_);
  if (!roster) troubles_.push_back({"the pushed roster holds, but is not kept: " + roster.error().message});
  if (!endpoint) troubles_.push_back({"the new endpoint is told, but not kept: " + endpoint.error().message});
  wakeup_.notify();
}

}  // namespace argosy::broker
