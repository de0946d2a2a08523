#include "tests/sim/workload.h"

#include <algorithm>

#include "base/sha256.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

std::string digest_like(std::uint64_t number) {
  std::string text;
  for (int i = 0; i < 64; ++i) {
    text += "0123456789abcdef"[number & 15];
    number = number * 0x9e3779b97f4a7c15 + 0x1234567;
    number ^= number >> 31;
  }
  return text;
}

std::uint64_t mixed(AttemptRef attempt, std::uint64_t seed) {
  std::uint64_t z = seed;
  for (const std::uint64_t part : {attempt.item.execution.value, std::uint64_t{attempt.item.task.value},
                                   attempt.item.item.value, std::uint64_t{attempt.attempt.value}}) {
    z = (z ^ part) * 0xbf58476d1ce4e5b9;
    z ^= z >> 29;
  }
  return z;
}

}  // namespace

char log_byte(AttemptRef attempt, std::uint32_t life, std::uint64_t offset) {
  return static_cast<char>('!' + (mixed(attempt, 7 + life) + offset * 31 + offset / 97) % 90);
}

ShardId home_of(const Draw& drawn, const std::string& submitter, const std::string& key) {
  std::uint64_t mixed = 0xcbf29ce484222325;
  for (const char c : submitter + "/" + key) mixed = (mixed ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return ShardId{static_cast<std::uint32_t>((mixed >> 20) % drawn.shards)};
}

Workload::Workload(const Draw& drawn, std::uint64_t seed) : drawn_(drawn), seed_(seed) {
  Rng rng(seed ^ 0x5eed'5eed);
  for (std::uint32_t i = 0; i < drawn.executions; ++i) {
    Order order;
    order.when = microseconds(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(drawn.safety.us) * 3 / 4)));
    order.client = static_cast<std::uint32_t>(rng.below(drawn.clients));
    order.submit.key = "key-" + std::to_string(i);
    order.submit.inline_package = package(rng, i);
    order.submit.priority = static_cast<std::int32_t>(rng.between(-2, 2));
    order.submit.watch = rng.chance(3, 4);
    if (rng.chance(1, 5)) order.submit.workers = {"w1"};
    if (rng.chance(1, 6)) order.submit.batch = "batch";
    order.again = rng.chance(1, 3) ? 1 + static_cast<std::uint32_t>(rng.below(3)) : 0;
    order.another = rng.chance(1, 6);
    if (rng.chance(1, 5)) order.cancel_after = microseconds(static_cast<std::int64_t>(rng.below(15'000'000)));
    orders_.push_back(std::move(order));
  }
  if (drawn.content_most > 0) draw_contents(Rng(seed ^ 0xc0'7e'47));
}

// Two of three come with files; now and then two have the same.
void Workload::draw_contents(Rng rng) {
  for (const Order& order : orders_) {
    if (!rng.chance(2, 3)) continue;
    std::string bytes(1 + rng.below(drawn_.content_most), '\0');
    for (char& byte : bytes) byte = static_cast<char>(rng.next());
    const bool same = !archives_.empty() && rng.chance(1, 4);
    const std::string digest = same ? archives_.begin()->first : Sha256::hex_of(bytes);
    archives_.emplace(digest, std::move(bytes));
    contents_[order.submit.key] = digest;
  }
}

std::string Workload::content_of(const std::string& key) const {
  const auto it = contents_.find(key);
  return it == contents_.end() ? std::string() : it->second;
}

Package Workload::package(Rng& rng, std::uint32_t number) {
  Package made;
  made.name = "p" + std::to_string(number);
  const std::uint64_t tasks = 1 + rng.below(4);
  for (std::uint32_t t = 0; t < tasks; ++t) {
    made.tasks.push_back(task(rng, t));
    for (std::uint32_t before = 0; before < t; ++before) {
      if (!rng.chance(1, 2)) continue;
      const AfterOn on = rng.chance(2, 3) ? AfterOn::succeeded : rng.chance(1, 2) ? AfterOn::ended : AfterOn::failed;
      made.tasks.back().after.push_back({TaskNo{before}, on});
    }
  }
  return made;
}

Task Workload::task(Rng& rng, std::uint32_t number) {
  Task made;
  made.name = "t" + std::to_string(number);
  made.argv = {"/bin/true"};
  if (rng.chance(1, 2)) array(rng, made);
  made.resources.cpu_milli = rng.chance(1, 4) ? 500 : 1000;
  made.retry.limit = static_cast<std::uint32_t>(rng.below(4));
  made.retry.backoff_min = milliseconds(rng.between(10, 500));
  made.retry.backoff_max = milliseconds(2'000);
  if (rng.chance(1, 3)) made.max_failures.count = rng.below(4);
  if (rng.chance(1, 5)) made.limits.time = milliseconds(rng.between(500, 5'000));
  if (rng.chance(1, 6)) made.limits.log_bytes = 2'000;
  made.lease = drawn_.lease;
  made.grace = milliseconds(rng.between(100, 1'500));
  made.interruptions = static_cast<std::uint32_t>(rng.between(2, 8));
  return made;
}

void Workload::array(Rng& rng, Task& task) {
  const std::uint64_t count = 1 + rng.below(drawn_.items_most);
  if (rng.chance(1, 2)) {
    task.for_each.source = ItemSource::range;
    task.for_each.range = {1, static_cast<std::int64_t>(count), 1};
    return;
  }
  std::vector<std::string> values;
  for (std::uint64_t i = 0; i < count; ++i) values.push_back("value " + std::to_string(i));
  if (rng.chance(1, 2)) {
    task.for_each.source = ItemSource::values;
    task.for_each.values = values;
    return;
  }
  task.for_each.source = ItemSource::blob;
  task.for_each.blob_digest = digest_like(rng.next());
  task.for_each.blob_count = count;
  for (const std::string& value : values) task.for_each.blob_bytes += value.size() + 1;
  values_[task.for_each.blob_digest] = std::move(values);
}

Behaviour Workload::behaviour(AttemptRef attempt, std::uint32_t life) const {
  Rng rng(mixed(attempt, seed_ + (std::uint64_t{life} << 32)));
  Behaviour made;
  const auto most = static_cast<std::uint64_t>(drawn_.run_most.us);
  made.run = microseconds(static_cast<std::int64_t>(1'000 + rng.below((rng.chance(1, 3) ? most : most / 10) + 1)));
  made.run = std::max(made.run, drawn_.run_least);
  made.exit_code = rng.chance(1, 7) ? 1 : 0;
  if (rng.chance(1, 30)) made.signal = 11;
  made.term_takes = milliseconds(rng.between(1, 2'000));
  std::int64_t at = 0;
  for (std::uint64_t n = rng.below(6); n > 0; --n) {
    at += static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(made.run.us) / 3 + 1));
    if (at > made.run.us) break;
    made.writes.emplace_back(microseconds(at), static_cast<std::uint32_t>(1 + rng.below(rng.chance(1, 4) ? 4'000 : 200)));
  }
  return made;
}

}  // namespace argosy::sim
