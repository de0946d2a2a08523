// What the desk asks of the master's machine, and what the machine tells it back. Plain values.
//
// The desk (desk.h) reads requests of clients, looks up in the catalog what they name, and leaves to the machine what only
// the machine can do or knows. Each order bears a ticket; the machine answers each ticket once, or never when the shard is
// lost (the client then repeats its request to the next holder). Orders may come twice for one request: they are idempotent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "schemas/records.h"
#include "schemas/words/session.h"

namespace argosy {

using Ticket = std::uint64_t;  // given by the desk, from 1, never used again in its life

// Commit this execution. Already checked: the machine only orders and commits it.
struct AdmitOrder {
  Ticket ticket = 0;
  Admission admission;
  ShardId shard;
};

// Commit these as stopping, then stop what runs.
struct CancelOrder {
  Ticket ticket = 0;
  std::string who;  // "operator alice", for the audit trail
  std::vector<ExecutionId> executions;
  std::vector<ShardId> shards{};  // of each, in order; empty: this master's
};

// Why do its tasks stand where they stand? One task, or one item of it, where named.
struct ExplainOrder {
  Ticket ticket = 0;
  ExecutionId execution;
  std::optional<TaskNo> task;
  std::optional<ItemNo> item;
  std::optional<ShardId> shard{};  // its own, where known
};

// Who is here, what is counted, how is the catalog.
struct FleetOrder {
  Ticket ticket = 0;
};

// An operator vouches that this worker is dead: its open attempts are lost now.
struct LostOrder {
  Ticket ticket = 0;
  std::string who;
  std::string worker;
};

// A worker as the catalog has it.
struct Enrolled {
  std::string name;
  std::string key;  // 64 hex digits
  RosterState state = RosterState::disabled;
  bool draining = false;  // takes nothing new
  std::vector<std::string> tags;
};

// The fleet in the catalog: at the start and after each change. Absolute. No outcome. The machine tells the brokers (Roster).
struct FleetNews {
  std::uint64_t serial = 0;  // grows with each change in the catalog, across masters
  std::vector<Enrolled> workers;
  std::vector<RosterEntry> others;  // submitters and viewers
  Endpoint endpoint;                // where the cluster moved; serial 0: it never did
  std::uint64_t incarnation = 0;    // of the catalog; 0: not known
};

// The masters that the catalog heard of lately, this one too: every few seconds, where shards are shared. No outcome.
struct MastersNews {
  std::vector<std::string> alive;
};

using DeskOrder = std::variant<AdmitOrder, CancelOrder, ExplainOrder, FleetOrder, LostOrder, FleetNews, MastersNews>;

// -- What the machine tells back.

struct AdmitOutcome {
  Ticket ticket = 0;
  AdmissionOutcome outcome;
};

struct Canceled {
  ExecutionId execution;
  ExecutionStatus status = ExecutionStatus::stopping;
  bool changed = false;  // false: was stopping or had ended before
};

struct CancelOutcome {
  Ticket ticket = 0;
  std::vector<Canceled> executions;  // those that this master holds; what is missing had ended before
  std::vector<ShardId> elsewhere{};    // of the others: their holders are to be asked
};

struct Explanation {
  TaskNo task;
  ItemState state = ItemState::waiting;
  std::uint64_t count = 0;  // items that stand so, for this reason
  std::string reason;       // "0 of 2 allowed workers online"
};

struct ExplainOutcome {
  Ticket ticket = 0;
  std::vector<Explanation> reasons;  // empty: not active in this shard (any more)
};

struct WorkerView {
  WorkerPresence presence;
  std::uint64_t running = 0;  // its attempts that it has started
};

struct FleetOutcome {
  Ticket ticket = 0;
  std::vector<ShardTerm> holds;
  std::vector<Holder> holders;      // of all shards, as the broker says
  std::vector<WorkerView> workers;  // connected, or with open attempts
  std::vector<BrokerReport> brokers;
  Epoch epoch;
  std::vector<BrokerCounter> counters;  // the machine's own: words ignored, by reason
  bool catalog_available = true;
  std::string catalog_detail;
};

struct LostOutcome {
  Ticket ticket = 0;
  std::uint64_t attempts = 0;
};

struct OrderRefused {
  Ticket ticket = 0;
  Refusal reason = Refusal::busy;
  std::string text;
  ShardId shard{};  // with other_shard
};

using DeskOutcome =
    std::variant<AdmitOutcome, CancelOutcome, ExplainOutcome, FleetOutcome, LostOutcome, OrderRefused>;

}  // namespace argosy
