// How fast the pure machine is, and how much it remembers: master_bench. Not a test; it prints a table.
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <deque>

#include "master/machine.h"

namespace argosy::master {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::size_t bytes_in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

// A cluster of one broker and one worker that take and end everything at once.
class World {
 public:
  World() : machine_(Self{"m1", {1}, {}, "bench", {ShardId{0}}}, Limits{}, Rng(1), nullptr) {
    step(LinkUp{});
    hear({Role::broker, "b1", {}}, Welcome{{1}, seconds(1000), seconds(4000), {}, ""});
    step(Adopted{{reign_, {}}, {}, {}});
    settle_all();
    hear({Role::broker, "b1", {}}, Presence{true, {{"w1", {5}, {10}, PresenceChange::here, {}, "", {}, false}}});
    hear(worker_, Renew{{5}, {1}});
    hear(worker_, Inventory{1, {5}, {}, {}, {}, {}});
    settle_all();
  }

  void submit(const Package& package, std::uint64_t items) {
    Admission admission;
    admission.key = std::to_string(next_execution_);
    admission.package = package;
    admission.items = {items};
    step(Admit{{0}, {Role::submitter, "s", {99}}, false, std::move(admission)});
  }

  // Until `ends` items have ended.
  void run(std::uint64_t ends) {
    for (const std::uint64_t target = ended_ + ends; ended_ < target;) {
      settle_all();
      claim(256);
      settle_all();
      finish(256);
    }
  }

  void settle_all() {
    while (!commits_.empty()) {
      const auto batch = commits_.front();
      commits_.pop_front();
      BatchOutcome outcome;
      outcome.id = batch->id;
      for (std::size_t i = 0; i < batch->admissions.size(); ++i) outcome.admissions.push_back({Admitted::fresh, {next_execution_++}});
      step(Settled{{0}, std::move(outcome)});
    }
  }

 private:
  void hear(const Address& from, Word word) {
    Message message;
    message.envelope.epoch = {1, "b1"};
    message.envelope.reign = reign_;
    message.envelope.from = from;
    message.word = std::move(word);
    step(Heard{std::move(message)});
  }

  void step(Event event) {
    now_.steady.us += 10;
    machine_.step(now_, std::move(event), effects_);
    for (Message& message : effects_.sends) {
      if (auto* publish = std::get_if<Publish>(&message.word)) {
        for (const Offer& offer : publish->offers) offers_.push_back(offer.item);
      } else if (auto* run = std::get_if<Run>(&message.word)) {
        for (const RunItem& item : run->items) running_.push_back(item.attempt);
      }
    }
    for (auto& batch : effects_.commits) commits_.push_back(batch);
    effects_.clear();
  }

  void claim(std::size_t most) {
    Claim word;
    for (; most > 0 && !offers_.empty(); --most) {
      word.claims.push_back({offers_.front(), "w1", {5}, {10}});
      offers_.pop_front();
    }
    hear({Role::broker, "b1", {}}, std::move(word));
  }

  void finish(std::size_t most) {
    Finished word{{5}, {}};
    for (; most > 0 && !running_.empty(); --most) {
      word.ends.emplace_back();
      word.ends.back().attempt = running_.front();
      running_.pop_front();
      ++ended_;
    }
    hear(worker_, std::move(word));
  }

  Machine machine_;
  Effects effects_;
  Now now_{{1'000'000}, {1'800'000'000'000'000}};
  ShardTerm reign_{{0}, {1}};
  Address worker_{Role::worker, "w1", {10}};
  std::deque<std::shared_ptr<const Batch>> commits_;
  std::deque<ItemRef> offers_;
  std::deque<AttemptRef> running_;
  std::uint64_t next_execution_ = 1;
  std::uint64_t ended_ = 0;
};

Package command(std::uint64_t items) {
  Package package;
  package.name = "command";
  package.tasks.emplace_back();
  package.tasks[0].name = "command";
  package.tasks[0].argv = {"/bin/true"};
  if (items > 1) {
    package.tasks[0].for_each.source = ItemSource::range;
    package.tasks[0].for_each.range = {0, static_cast<std::int64_t>(items) - 1, 1};
  }
  return package;
}

void rate_of_array(std::uint64_t items, std::uint64_t ends) {
  World world;
  const std::size_t before = bytes_in_use();
  world.submit(command(items), items);
  world.settle_all();
  const std::size_t waiting = bytes_in_use() - before;
  const auto start = Clock::now();
  world.run(ends);
  const double took = seconds_since(start);
  std::printf("array of %9lu: %9.0f claims+ends/s, %6.2f us each; %7.1f KiB while it waits\n", items, ends / took,
              took / ends * 1e6, waiting / 1024.0);
}

void rate_of_executions(std::uint64_t count) {
  World world;
  const std::size_t before = bytes_in_use();
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    world.submit(command(1), 1);
    if (i % 500 == 499) world.settle_all();
  }
  world.settle_all();
  const double submitted = seconds_since(start);
  const std::size_t waiting = bytes_in_use() - before;
  const auto run = Clock::now();
  world.run(count);
  const double took = seconds_since(run);
  std::printf("%7lu executions: %9.0f submits/s, %6lu bytes each while they wait, %9.0f claims+ends/s\n", count,
              count / submitted, waiting / count, count / took);
}

}  // namespace
}  // namespace argosy::master

int main() {
  argosy::master::rate_of_array(2'000, 2'000);
  argosy::master::rate_of_array(1'000'000, 200'000);
  argosy::master::rate_of_executions(100'000);
}
