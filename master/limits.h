// How much a master takes on, and how long it waits. From its configuration; each bound has a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/words/session.h"

namespace argosy::master {

struct Limits {
  // Offers.
  std::size_t offers_per_class = 4096;
  std::size_t offers_per_group = 512;
  std::size_t classes = 1024;              // with offers out at one time
  // Batches.
  std::size_t batch_rows = 2000;
  std::size_t batch_bytes = 8 << 20;
  std::size_t admissions_waiting = 20'000;  // for their commit; more are refused as busy
  std::size_t admission_bytes_waiting = 256 << 20;
  // Logs: each worker session may have this much in flight; all together at most the total.
  std::uint64_t log_window_bytes = 8 << 20;
  std::uint64_t log_window_least_bytes = 512 << 10;
  std::uint64_t log_total_bytes = 256 << 20;
  // Claims of one worker that wait for it to be reconciled.
  std::size_t parked_claims = 4096;
  // Values of one array kept in memory ahead of its claims.
  std::uint64_t values_chunk = 1024;
  std::size_t values_chunks = 8;
  // Watches.
  std::size_t watches = 200'000;
  Duration watch_every = milliseconds(100);
  // Leases. Checked at start: (lease + kill) x 101/99 < lost.
  Duration lease = seconds(60);            // of the shard, where its row says none
  Duration catalog_grace = seconds(600);   // a term confirmed longer ago than this renews no lease
  Duration kill_time = seconds(2);         // from the deadline to the last process gone
  Duration lost_margin = seconds(1);       // added to (lease + kill) x 101/99
  // The catalog.
  Duration confirm_every = seconds(5);     // an idle shard proves its term this often
  Duration retry_first = milliseconds(50);
  Duration retry_most = milliseconds(400);
  Duration submit_patience = seconds(5);   // then a Submit is refused: catalog_unavailable
  // The link, until a Welcome says otherwise.
  Duration heartbeat = seconds(1);
  Duration silence = seconds(4);
  Duration adopt_after = milliseconds(200);  // after Welcome: a shard whose holder has not said so by then is taken
  // Who holds less takes first: a master waits this much longer for each shard that it has.
  Duration spread_welcome = milliseconds(500);  // after Welcome, while masters come up; at most twice
  Duration spread_vacant = milliseconds(100);   // of a holder that went away before our eyes; at most thrice
  Duration take_again = milliseconds(500);      // after a take that failed
};

// Whether every attempt's processes are gone by the time it counts as lost, whatever its lease: (lease + kill) x 101/99 < lost.
inline bool is_lost_after_the_end(const Limits& limits) { return limits.lost_margin.us > 0 && limits.kill_time.us >= 0; }

// Rules that a test may break on purpose, to prove that somebody notices. All false outside of the simulator.
struct PlantedBugs {
  bool adopter_does_not_wait = false;      // counts as lost what it did not grant itself
  bool session_believed = false;           // a new session of a worker proves every earlier one dead
};

// Who this master is.
struct Self {
  std::string name;         // from its certificate; the broker knows it from its key
  SessionId session;
  Host host;
  std::string build;
  std::vector<ShardId> shards{ShardId{0}};  // that it may hold
};

}  // namespace argosy::master
