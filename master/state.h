// All that a master's machine knows. Written only by the rooms of this folder, read by explain and tests.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "master/effects.h"
#include "master/events.h"
#include "master/ignored.h"
#include "master/items.h"
#include "master/ledger.h"
#include "master/limits.h"
#include "master/plan.h"
#include "master/sealer.h"
#include "master/values.h"
#include "master/watch.h"
#include "master/window.h"

namespace argosy::master {

using WorkerIndex = std::uint32_t;  // position in State::workers, for the life of the machine
inline constexpr WorkerIndex no_worker = ~WorkerIndex{0};

// An item that has an attempt and has not ended.
struct OpenItem {
  AttemptNo attempt;
  ItemState state = ItemState::claimed;  // claimed or running; ready or waiting between two attempts
  WorkerIndex worker = no_worker;        // of the latest attempt
  SessionId session;
  std::uint32_t failures = 0;
  std::uint32_t interruptions = 0;
  std::uint64_t log_taken = 0;           // bytes of its log that are in batches
  std::uint64_t log_committed = 0;
  WallTime since;                        // claimed at; with waiting: may be tried again at
  std::unique_ptr<AttemptEnd> held;      // its end, waiting for the rest of its log

  bool is_held() const { return state == ItemState::claimed || state == ItemState::running; }
};

struct Execution;

struct TaskState : OfferSource {
  Execution* execution = nullptr;
  TaskNo task;
  ItemState state = ItemState::waiting;  // of items without an attempt: waiting, ready, canceled, skipped
  bool done = false;                     // every item has ended
  bool row_due = false;                  // its TaskRow goes into the open batch
  std::uint32_t edges_left = 0;
  std::uint64_t held = 0;                // items claimed or running
  std::uint64_t succeeded = 0, failed = 0, canceled = 0, interrupted = 0, skipped = 0;
  std::map<std::uint64_t, OpenItem> open;
  std::map<std::string, std::string> outputs;
  std::shared_ptr<const TaskSpec> spec;  // outputs bound, secrets left out; made at its first Run
  std::unique_ptr<Values> values;        // of a blob

  std::uint64_t ended() const { return succeeded + failed + canceled + interrupted + skipped; }
  std::uint64_t allowed = 0;             // failures
};

struct Execution {
  ExecutionId id;
  ExecutionStatus status = ExecutionStatus::created;
  bool row_due = false;
  std::uint32_t tasks_left = 0;
  WallTime started_at, ended_at;
  std::string detail;
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Terms> terms;
  std::vector<TaskState> tasks;
  Watchers watchers;
};

// What a shard knows of a worker: its session and connection are the worker's, if reconciled.
struct Lane {
  SessionId session;                      // that said the inventory
  ConnectionId connection;
  std::uint64_t inventory = 0;            // latest serial
  bool reconciled = false;
  Renewal renewal;                        // latest granted
  Time granted_at;
  std::uint64_t window_bytes = 0;         // told as LogCredit
  std::vector<ItemClaim> parked;          // until it is reconciled and has a lease
  std::vector<Grant> again;               // Runs to be said again, until it has a lease
  std::set<AttemptRef> open;              // claimed or running here, by whichever session
  std::map<SessionId, Time> earlier;      // former sessions with open attempts: last grant
};

struct Session {
  SessionId session;
  SessionId predecessor;
  Host host;
};

struct Worker {
  std::string name;
  bool online = false;
  PresenceChange last = PresenceChange::closed;
  WallTime away_at;                       // 0: it was never here
  WorkerPresence presence;
  bool enrolled = false;                  // the catalog knows it
  Enrolled setting;
  std::deque<Session> sessions;           // the last 16 that were heard of
};

// Of a batch: its executions share their turn.
struct BatchGroup {
  std::uint64_t number = 0;
  std::size_t executions = 0;
};

struct Shard {
  ShardTerm reign;
  Time adopted_at;
  WallTime adopted_wall;
  Duration lease, grace;
  Duration former_grace;                  // for which an earlier holder may go on to grant leases
  std::uint64_t incarnation = 0;          // of the catalog; 0: not known
  std::map<ExecutionId, std::unique_ptr<Execution>> executions;
  Window window;
  Ledger ledger;
  std::map<WorkerIndex, Lane> lanes;
  std::set<std::pair<Time, ItemRef>> backoffs;
  std::set<std::pair<Time, ItemRef>> value_retries;   // reads that failed: by their task's item 0
  std::map<std::string, BatchGroup> batch_groups;     // by the name of the batch; while it has executions
  Time next_lost_sweep;
  std::size_t last_batches = 0;           // when this master stops: so many are still to be committed
};

// Nobody holds the shard, or taking it failed.
struct Vacancy {
  Time from;                              // may be taken from now on, by who holds nothing
  bool seen = false;                      // its holder went away while this master was connected
};

struct Link {
  bool up = false;
  bool welcome = false;
  bool holding_due = false;               // what is held changed between Hello and Welcome
  Epoch epoch;                            // highest heard
  ConnectionId connection;
  Duration heartbeat, silence;
  Time heard_at, said_at;
  std::map<ShardId, Holder> holders;
  std::map<ShardId, Vacancy> vacant;      // of those that it may hold
  std::set<ShardId> taking;
  std::uint64_t endpoint_serial = 0;      // of the latest Endpoint that was heard
  std::optional<Time> publish_after;      // the broker refused offers: a pause
  bool other_catalog = false;             // the broker says that ours is not the cluster's: nothing is taken in it
};

// Of shards with other masters (share.h).
struct Sharing {
  int seen = 0;                           // how often in a row this master was seen to hold more than its part
  std::optional<ShardId> given;           // the latest that was given back
  Time not_before;                        // of the next
};

struct State {
  Self self;
  Limits limits;
  PlantedBugs bugs;
  Rng rng;
  Sealer* sealer = nullptr;
  Link link;
  Sharing sharing;
  Plans plans;
  std::map<ShardId, std::unique_ptr<Shard>> shards;
  std::vector<std::unique_ptr<Worker>> workers;
  std::map<std::string, WorkerIndex> worker_names;
  std::uint64_t incarnation = 0;          // of the catalog; 0: not known yet
  std::uint64_t fleet_serial = 0;
  bool fleet_known = false;
  std::vector<std::string> not_draining;  // enabled workers, sorted; used while `some_drain`
  bool some_drain = false;
  Roster roster;
  Endpoint endpoint;                      // as the catalog has it; serial 0: the cluster never moved
  WatchBook watches;
  std::map<std::string, BrokerReport> brokers;
  std::array<std::uint64_t, ignored_reasons> ignored{};
  std::uint64_t next_batch = 1;
  std::uint64_t next_group = std::uint64_t{1} << 62;
  bool shutting_down = false;
  bool over = false;
};

}  // namespace argosy::master
