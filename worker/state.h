// What a worker knows. Only Machine writes it; shells, explain and tests read it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/words.h"
#include "worker/events.h"
#include "worker/forgotten.h"
#include "worker/leases.h"
#include "worker/prefetch.h"
#include "worker/slots.h"

namespace argosy::worker {

// Why a word was dropped. Counted.
enum class Ignored : std::uint8_t {
  not_welcomed,      // before Welcome
  old_epoch,
  old_connection,
  old_session,
  old_term,
  unknown_attempt,
  already_held,
  not_for_workers,
  other_catalog,     // a lease of another catalog, which no restore put in the place of this worker's
  count_,
};

// -- The link to the broker.

struct Offline {};
struct Greeting {               // Hello is said, Welcome is awaited
  Time said_at;
};
struct Welcomed {
  ConnectionId connection;
  Epoch epoch;
  Duration heartbeat;
  Duration silence;
  Time said_at;                 // the last time anything was said
};
using LinkState = std::variant<Offline, Greeting, Welcomed>;

// -- Attempts.

struct Waiting {                // for room
  Time since;
};
struct Fetching {               // has room, waits for its package's content
  Time since;
};
struct Starting {               // ordered from the keeper, which may hold it until another has ended
  Time since;
  bool recalled = false;        // wanted back, unless it was started meanwhile
};
struct Running {
  Time since;
  WallTime started_at;
  std::uint64_t pid = 0;
  bool announced = false;       // Started was said
  std::optional<Time> blocked_since;
  Duration blocked;             // time that does not count against the task's limit
  std::optional<Time> over_at;  // its place in State::time_limits
};
struct Ended {                  // in the spool, or on its way into it
  AttemptEnd end;
  bool spooled = false;
};
using Phase = std::variant<Waiting, Fetching, Starting, Running, Ended>;

struct LogEntry {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t wire_bytes = 0;
  bool sent = false;            // on this connection
};

struct Attempt {
  SessionId session;
  ShardId shard;
  std::shared_ptr<const TaskSpec> spec;  // empty for one from an earlier session
  std::string value;
  std::string id;
  Phase phase;
  std::optional<EndReason> stop_reason;  // why this worker is ending it
  std::deque<LogEntry> logs;             // unrecorded, by offset
  std::uint64_t log_bytes = 0;           // written so far
};

// -- Shards.

struct Shard {
  Term term;                    // the highest heard
  std::string holder;           // empty: nobody
  Lease lease;
  std::uint64_t inventory = 0;  // serial of the latest Inventory
  bool inventory_due = false;
  bool reconciled = false;      // since the latest Inventory
  std::uint64_t log_window = 8u << 20;
  std::uint64_t log_in_flight = 0;
  std::uint64_t log_unsent = 0;         // wire bytes in log_queue
  std::deque<std::pair<AttemptRef, std::uint64_t>> log_queue;  // attempt and offset, in the order of capture
  std::vector<AttemptRef> finish_queue; // ended and spooled, Finished not yet said
  std::multiset<Duration> leases;       // of the attempts that have not ended
  bool greet_after_reconciled = false;
  bool held_since_welcome = false;      // had a holder on this connection
};

struct Fetch {
  ShardId shard;                // whose holder is asked
  bool awaits = false;          // a piece; else the cache's word: whether it has the content, or that it is unpacked
  std::uint64_t asked = 0;      // offset of that piece
  Time said_at;
};

struct State {
  LinkState link;
  Epoch highest_epoch;
  Time heard_at;                // the broker, last
  std::uint64_t endpoint_serial = 0;  // of the latest Endpoint that was heard
  std::map<ShardId, Shard> shards;
  std::map<AttemptRef, Attempt> attempts;
  std::map<std::string, Fetch> fetches;
  Slots slots;
  Prefetch prefetch;
  std::uint32_t prefetch_now = 0;
  std::uint32_t prefetch_said = 0;
  bool shutting_down = false;
  std::uint64_t incarnation = 0;        // of the catalog; 0: not known yet
  bool over = false;                    // another catalog took its place: a new session begins
  Forgotten forgotten{8192};
  Forgotten returned{8192};             // given back, never started: a Run that is still under way must not start it
  std::array<std::uint64_t, static_cast<std::size_t>(Ignored::count_)> ignored{};
  std::set<std::pair<Time, AttemptRef>> time_limits;        // when running tasks are over their time
  std::deque<std::pair<Time, AttemptRef>> announcements;    // when Started is due
  std::vector<ItemRef> freed;                               // to be said in Credit
  std::optional<Time> say_by;                               // news are gathered until then
};

}  // namespace argosy::worker
