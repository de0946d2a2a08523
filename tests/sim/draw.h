// What one seed draws: the size of the cluster, how the world behaves, which faults there are, and what is submitted.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "tests/sim/bugs.h"

namespace argosy::sim {

struct Options {
  std::uint64_t seed = 1;
  Bug bug = Bug::none;
  bool transcript = false;
};

// How the virtual endpoint's address comes to the active broker.
enum class AddressKind : std::uint8_t {
  one_host,   // all brokers share a host, and its port
  moving,     // hooks bring it to the active's host
  balanced,   // a load balancer sends to whoever listens
};

struct Draw {
  // The cluster.
  std::uint32_t workers = 2;
  std::uint32_t masters = 1;
  std::uint32_t shards = 1;
  std::uint32_t brokers = 1;
  AddressKind address = AddressKind::one_host;
  bool fence_works = true;                 // else it says so, and nothing happens
  std::uint32_t clients = 1;
  std::uint32_t cpus = 2;                  // of each worker

  // Limits, small enough to be met.
  std::uint32_t offers_per_class = 64;
  std::uint32_t offers_per_group = 32;
  std::uint32_t batch_rows = 200;
  std::uint64_t log_window = 8'192;
  std::uint64_t spool_bytes = 65'536;

  // Time.
  Duration safety;                         // how long anything may fail
  Duration delay_most;                     // of a message
  Duration commit_most;                    // of a write
  Duration lease;                          // of tasks and of the shard
  Duration catalog_grace;                  // how long a term counts without confirmation
  Duration beat, takeover_after;           // of brokers
  Duration hook_most;                      // how long a hook may take
  std::int64_t clock_ppm = 0;              // at most so far off, either way

  // Faults: how many of each in the safety phase.
  std::uint32_t kill_broker = 0, kill_master = 0, kill_worker = 0, kill_keeper = 0;
  std::uint32_t pause_broker = 0, pause_master = 0, pause_worker = 0;
  std::uint32_t sleep_master = 0;          // through its own fencing
  std::uint32_t hook_fails_percent = 0;    // while faults are on
  std::uint32_t dark_broker = 0;           // its host is off the network, without a word
  std::uint32_t wall = 0;                  // one way between two hosts is cut
  std::uint32_t switchover = 0, stop_broker = 0, blackout = 0;
  std::uint32_t cut = 0, partition = 0, rogue = 0;
  std::uint32_t twin = 0;                  // a second host with a worker's key
  std::uint32_t catalog_away = 0, catalog_slow = 0;
  std::uint32_t catalog_failover = 0, catalog_standby_gone = 0;
  std::uint32_t stale_desk = 0;            // a master's desk still finds a former primary; then clients ask all masters
  std::uint32_t unknown_percent = 0;       // of writes, while faults are on
  bool lose_spools = false;
  std::uint32_t cut_fetch = 0;             // somebody goes away between two pieces of content

  // What operators do.
  std::uint32_t change_fleet = 0, back_up = 0, restore = 0;
  std::uint32_t roll = 0, move_endpoint = 0;
  bool roll_at_last = false;               // in the healed world, too
  bool mixed = false;                      // who was not upgraded yet is of the release before this one
  bool half_rolled = false;                // masters and workers are of two releases until all that was submitted has ended
  bool workers_first = false;              // then masters

  // Work.
  std::uint32_t executions = 4;
  std::uint32_t items_most = 20;
  std::uint32_t content_most = 0;          // bytes of what comes with a package; 0: none has any
  Duration run_least, run_most;            // of a task
};

// Pure: the same seed, the same draw.
Draw draw(std::uint64_t seed);
std::string to_text(const Draw& drawn);

}  // namespace argosy::sim
