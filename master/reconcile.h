// Inventory against the catalog's open attempts: the table of protocol.md, row by row. Leases live here too.
#pragma once

#include "master/step.h"

namespace argosy::master {

void on_inventory(Step& step, Shard& shard, WorkerIndex worker, ConnectionId connection, const Inventory& word);
void on_renew(Step& step, Shard& shard, WorkerIndex worker, ConnectionId connection, const Renew& word);
// What followed from the Inventory is committed and said.
void become_reconciled(Step& step, Shard& shard, const Reconciling& what);

// An operator vouches that nothing of the worker runs. Gives how many attempts are lost.
std::uint64_t lose_worker(Step& step, Shard& shard, WorkerIndex worker, const std::string& why);

// Attempts whose lease ran out unheard.
void tick_lost(Step& step, Shard& shard);
std::optional<Time> lost_deadline(const Shard& shard);
// When the attempt counts as lost if nothing is heard (explain).
Time lost_at(const State& state, const Shard& shard, const Lane& lane, const TaskState& task, const OpenItem& item);
// (lease + kill) x 101/99 + margin: always more than the worker's keeper may take.
Duration lost_after(const Limits& limits, Duration lease);

}  // namespace argosy::master
