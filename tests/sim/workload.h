// What is submitted, and what each attempt's process does: drawn from the seed, told nobody beforehand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "schemas/package.h"
#include "schemas/words/requests.h"
#include "tests/sim/draw.h"

namespace argosy::sim {

// A request of a client, in its time.
struct Order {
  Duration when;                // after the start
  std::uint32_t client = 0;
  Submit submit;
  std::uint32_t again = 0;      // so many more times, with the same key, although it was answered
  bool another = false;         // then once with the same key and another request: must be a conflict
  std::optional<Duration> cancel_after;
};

// What a process does if nobody ends it.
struct Behaviour {
  Duration run;
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;      // not 0: dies by this
  Duration term_takes;          // after SIGTERM; longer than the grace: ignores it
  std::vector<std::pair<Duration, std::uint32_t>> writes;  // after the start, so many bytes
};

// The shard that a submitter's key belongs to, for ever.
ShardId home_of(const Draw& drawn, const std::string& submitter, const std::string& key);

class Workload {
 public:
  Workload(const Draw& drawn, std::uint64_t seed);

  const std::vector<Order>& orders() const { return orders_; }
  // In another life of the catalog an attempt of the same number does something else.
  Behaviour behaviour(AttemptRef attempt, std::uint32_t life) const;
  // Values of arrays and archives of packages that are kept beside, by digest.
  const std::map<std::string, std::vector<std::string>>& values() const { return values_; }
  const std::map<std::string, std::string>& archives() const { return archives_; }
  // Digest of the content that comes with what is submitted under this key; empty: none.
  std::string content_of(const std::string& key) const;

 private:
  Package package(Rng& rng, std::uint32_t number);
  Task task(Rng& rng, std::uint32_t number);
  void array(Rng& rng, Task& task);
  void draw_contents(Rng rng);

  const Draw& drawn_;
  std::uint64_t seed_;
  std::vector<Order> orders_;
  std::map<std::string, std::vector<std::string>> values_;
  std::map<std::string, std::string> archives_;
  std::map<std::string, std::string> contents_;  // digests by key
};

}  // namespace argosy::sim
