// What is to be written, in batches, and what may be said only once it is committed. Durability is a peer.
//
// At most one batch is in flight; what comes meanwhile gathers behind it, and is sealed when it is full or goes next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "master/desk_orders.h"
#include "schemas/records.h"

namespace argosy::master {

struct Execution;
struct TaskState;

// A claim to be answered by Run, on the connection that it came from.
struct Grant {
  AttemptRef attempt;
  std::uint32_t worker = 0;
  SessionId session;
  ConnectionId connection;
  bool again = false;  // after an Inventory that did not name it
};

struct EndSaid {
  std::uint32_t worker = 0;
  SessionId session;
  AttemptRef attempt;
};

struct LogSaid {
  std::uint32_t worker = 0;
  SessionId session;
  AttemptRef attempt;
  std::uint64_t offset = 0;
};

struct Reconciling {
  std::uint32_t worker = 0;
  SessionId session;
  ConnectionId connection;
  std::uint64_t serial = 0;
};

// Who waits for an Admission: a client, or the desk by ticket.
struct Accepting {
  Address client;
  bool watch = false;
  Ticket ticket = 0;
  std::size_t bytes = 0;
  Epoch epoch{};  // of the broker that the client was connected to
};

// A client's Submit that waits. Said again meanwhile on the same connection, it is answered by the same commit.
struct Asked {
  Address client;
  std::string submitter, key, request_digest;
  bool watch = false;
  auto operator<=>(const Asked&) const = default;
};

struct Then {
  std::vector<Accepting> accepting;        // beside Batch::admissions
  std::vector<Grant> grants;
  std::vector<EndSaid> ends;
  std::vector<LogSaid> logs;
  std::vector<Reconciling> reconciling;
  std::vector<ExecutionId> stopping;       // say Stop
  std::vector<ExecutionId> over;           // say Changed, forget
  std::vector<DeskOutcome> answers;
};

struct Gathered {
  std::shared_ptr<Batch> batch;
  Then then;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  bool sealed = false;
  bool confirm = false;                    // worth sending though it has no rows
  std::vector<TaskState*> tasks;           // whose rows are due
  std::vector<Execution*> executions;
};

struct Ledger {
  std::deque<Gathered> queue;              // front: in flight, if in_flight
  bool in_flight = false;
  bool maybe_written = false;              // the front's last verdict was unknown
  Time asked_at;                           // when the front was first sent
  Time confirmed_at;                       // the term stood at this moment
  bool confirmed = false;
  std::optional<Time> away_since;          // the catalog cannot be had
  std::string away_detail;
  Duration pause;                          // before the next try
  std::optional<Time> retry_at;
  std::size_t admissions = 0;              // waiting
  std::size_t admission_bytes = 0;
  std::set<Asked> asked;                   // of them, those of clients
};

}  // namespace argosy::master
