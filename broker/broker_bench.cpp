// What a broker can carry, measured: its machine alone, then the whole of it on loopback under CURVE.
// Prints one line each. Not a test: figures depend on the machine.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <fstream>

#include "broker/loopback.h"
#include "broker/machine.h"
#include "schemas/codec.h"

namespace argosy::broker {
namespace {

constexpr ShardTerm kReign{{0}, {1}};

double seconds_since(Time start) {
  return static_cast<double>((fabric::read_steady() - start).us) / 1e6;
}

void tell(const char* what, double rate, const char* unit) {
  std::printf("%-58s %12.0f %s\n", what, rate, unit);
  std::fflush(stdout);
}

// A fleet without sockets: workers that end what they were given at once.
class Fleet {
 public:
  Fleet(std::uint32_t workers, std::uint32_t classes) : workers_(workers), classes_(classes) {
    step(Start{});
    step(EpochStored{{1, "b1"}});
    Hello hello;
    hello.session = {1};
    hello.host.machine_id = "A";
    hello.holds = {kReign};
    say(1, {Role::master, "m1", true}, hello);
    hello.holds.clear();
    hello.capacity = {4000, 0, {}};
    hello.prefetch = 4;
    for (std::uint32_t i = 0; i < workers_; ++i) say(2 + i, worker(i), hello);
    Publish define;
    for (std::uint32_t i = 0; i < classes_; ++i) define.classes.push_back({i, {1000, 0, {}}, {}});
    say(1, {Role::master, "m1", true}, define);
  }

  double matches_per_second(std::uint64_t total) {
    std::uint64_t done = 0;
    const Time start = fabric::read_steady();
    top_up();
    while (done < total) {
      const std::deque<ItemClaim> claims = std::exchange(claimed_, {});
      done += claims.size();
      for (const ItemClaim& claim : claims) {
        const auto at = static_cast<std::uint32_t>(claim.connection.value - 2);
        say(2 + at, worker(at), Credit{4, false, {claim.item}});
      }
      top_up();
      tick();
    }
    return static_cast<double>(done) / seconds_since(start);
  }

 private:
  static constexpr std::size_t kQueued = 4000;

  static Identity worker(std::uint32_t i) { return {Role::worker, "w" + std::to_string(i), true}; }

  void top_up() {
    Publish publish;
    for (std::size_t queued = machine_.state().queue.size(); queued < kQueued; ++queued, ++items_) {
      publish.offers.push_back(
          {{{1}, {0}, {items_}}, static_cast<std::uint32_t>(items_ % classes_), 0, items_ % 64});
    }
    if (!publish.offers.empty()) say(1, {Role::master, "m1", true}, publish);
  }

  void say(std::uint64_t peer, const Identity& identity, const Word& word) {
    Envelope envelope;
    envelope.word = std::visit([](const auto& each) { return each.word; }, word);
    envelope.epoch = {1, "b1"};
    envelope.connection = {envelope.word == Hello::word ? 0 : peer};
    envelope.reign = kReign;
    envelope.to.role = Role::broker;
    step(MessageCame{{peer}, identity, envelope, word});
  }

  void tick() { step(Tick{}); }

  void step(const Event& event) {
    Effects effects;
    machine_.step({fabric::read_steady(), {}}, event, effects);
    for (const Outgoing& each : effects.out) {
      const auto* word = std::get_if<Word>(&each.body);
      if (const auto* claim = word == nullptr ? nullptr : std::get_if<Claim>(word)) {
        claimed_.insert(claimed_.end(), claim->claims.begin(), claim->claims.end());
      }
    }
  }

  std::uint32_t workers_;
  std::uint32_t classes_;
  Machine machine_{[] {
    Options options;
    options.silence = seconds(3600);
    return options;
  }()};
  std::deque<ItemClaim> claimed_;
  std::uint64_t items_ = 0;
};

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * 4096;
}

// What a queue takes that is as full as its bounds allow.
double full_queue_bytes() {
  const Options options;
  const std::uint64_t before = resident_bytes();
  OfferQueue queue(options);
  for (std::uint64_t i = 0; i < options.max_offers; ++i) {
    const auto id = static_cast<std::uint32_t>(i / options.offers_per_class);
    CHECK(queue.define({0}, {id, {}, {}}) == QueueRefusal::none);
    CHECK(queue.add({0}, {{{1}, {0}, {i}}, id, 0, i % 64}) == QueueRefusal::none);
  }
  return static_cast<double>(resident_bytes() - before);
}

struct Line : Loopback {
  Line() {
    config.machine.silence = seconds(600);  // nobody pings here
    const fabric::KeyPair master_keys = enroll(Role::master, "m1");
    const fabric::KeyPair worker_keys = enroll(Role::worker, "w1");
    open();
    Hello hello = hello_of(1);
    hello.holds = {kReign};
    master = &greet(Role::master, "m1", master_keys, hello);
    hello.holds.clear();
    hello.capacity.cpu_milli = 1'000'000;
    hello.prefetch = 1000;
    worker = &greet(Role::worker, "w1", worker_keys, hello);
  }
  Party* master;
  Party* worker;
};

// A worker's Logs of that many bytes to its master, at most `window` on the way.
double relayed_per_second(Line& line, std::size_t bytes, std::size_t total) {
  Log log;
  log.session = {1};
  LogChunk chunk;
  chunk.length = static_cast<std::uint32_t>(bytes);
  chunk.data.assign(bytes, 'x');
  log.chunks.push_back(chunk);
  const std::size_t window = std::max<std::size_t>(16, std::min<std::size_t>(4000, (8 << 20) / bytes));
  std::size_t said = 0;
  std::size_t heard = 0;
  const Time start = fabric::read_steady();
  line.until([&] {
    heard += line.master->heard.size();
    line.master->heard.clear();
    while (said < total && said < heard + window && line.worker->say(log, {Role::master, {}, {}}, kReign))
      ++said;
    return heard >= total;
  });
  return static_cast<double>(total) / seconds_since(start);
}

// Items from Publish to Claim, their room freed by Credit.
double claimed_per_second(Line& line, std::size_t total) {
  std::uint64_t published = 0;
  std::size_t claimed = 0;
  const auto publish = [&](std::size_t count) {
    Publish word;
    if (published == 0) word.classes.push_back({1, {1000, 0, {}}, {}});
    for (std::size_t i = 0; i < count; ++i, ++published)
      word.offers.push_back({{{1}, {0}, {published}}, 1, 0, published % 64});
    line.master->say(word, {Role::broker, {}, {}}, kReign);
  };
  const Time start = fabric::read_steady();
  publish(4000);
  line.until([&] {
    for (const Message& message : line.master->heard) {
      const auto* claim = std::get_if<Claim>(&message.word);
      if (claim == nullptr) continue;
      Credit credit{1000, false, {}};
      for (const ItemClaim& each : claim->claims) credit.freed.push_back(each.item);
      claimed += credit.freed.size();
      publish(credit.freed.size());
      line.worker->say(credit);
    }
    line.master->heard.clear();
    line.worker->heard.clear();
    return claimed >= total;
  });
  return static_cast<double>(claimed) / seconds_since(start);
}

// One small message there and back through the broker, one in flight: median.
double round_trip_us(Line& line, std::size_t times) {
  std::vector<std::int64_t> took;
  for (std::size_t i = 0; i < times; ++i) {
    const Time start = fabric::read_steady();
    line.worker->say(Renew{{1}, {i}}, {Role::master, {}, {}}, kReign);
    line.until([&] { return line.master->last<Renew>() != nullptr; });
    line.master->heard.clear();
    line.master->say(Granted{{1}, {i}, seconds(60), {}}, line.worker->address(), kReign);
    line.until([&] { return line.worker->last<Granted>() != nullptr; });
    line.worker->heard.clear();
    took.push_back((fabric::read_steady() - start).us);
  }
  std::sort(took.begin(), took.end());
  return static_cast<double>(took[took.size() / 2]);
}

}  // namespace

void bench() {
  tell("machine: memory of 65,536 offers, in KiB", full_queue_bytes() / 1024, "KiB");
  tell("machine: matches, 1 worker x 1 class", Fleet(1, 1).matches_per_second(100'000), "items/s");
  tell("machine: matches, 1,000 workers x 1 class", Fleet(1000, 1).matches_per_second(300'000), "items/s");
  tell("machine: matches, 1,000 workers x 256 classes", Fleet(1000, 256).matches_per_second(300'000),
       "items/s");
  Line line;
  tell("loopback: worker to master, 100 B each", relayed_per_second(line, 100, 300'000), "messages/s");
  tell("loopback: worker to master, 256 KiB each, in MB",
       relayed_per_second(line, 256 << 10, 4000) * 0.262144, "MB/s");
  tell("loopback: Publish to Claim, in batches", claimed_per_second(line, 500'000), "items/s");
  tell("loopback: round trip, one in flight, p50", round_trip_us(line, 2000), "us");
}

}  // namespace argosy::broker

int main() {
  spdlog::set_level(spdlog::level::warn);
  argosy::broker::bench();
}
