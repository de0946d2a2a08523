// The write path: batches of what masters decide, under the fence of a shard's term, and what an adopter
// reads.
//
// Owner and thread rule: catalog.h. Who may call: only the shard's holder. Repeating a batch is always safe.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "schemas/records.h"

namespace argosy::catalog {

// Group commit: all of it or nothing, and nothing unless the fence stands. One transaction on SQLite, one
// statement on PostgreSQL. An empty batch confirms the term by a real write on the same server.
//
// Required: Batch::id is not used twice within a reign, but for repeating the same batch.
// What the catalog referees, whatever a master believes:
//   - a claim of an item that is claimed, or of an attempt that is not the item's next one: refused; the
//   claim of an
//     execution that is stopping or has ended: refused
//   - an attempt has one end: the first stands, a second changes nothing; what has ended does not become open
//   again
//   - a log chunk that lies before the attempt's log end changes nothing, one that overlaps it or leaves a
//   gap: refused
//   - an execution's terminal status stands
//   - a submitter's key has one execution for as long as it is kept; of two equal keys in one batch the first
//   counts
// Text that is not UTF-8 or has a NUL is refused before anything is sent. BatchOutcome::culprit then names
// the row.
//
// An Admission becomes an execution with its task rows: those without `after` are ready, others waiting, low
// = high = 0; carried items count as succeeded and have an attempt row 0 (low and high then take account of
// them).
BatchOutcome write(Catalog& catalog, const Batch& batch);

// Takes the shard: raises its term by one and commits. What the former holder had in flight is committed
// before, or never. A shard that is not there yet is made.
// `heard`: the highest term at which somebody was heard to hold it. Who took it at a higher one, less than kAdoption
// before `now`, is reading it and says so next: then it is left to that master (refused). Else two masters whose
// reading takes longer than their patience would take it from each other for ever. Nothing: taken in any case.
constexpr Duration kAdoption = seconds(5);
Result<ShardTerm> take_shard(Catalog& catalog, ShardId shard, const std::string& master, WallTime now,
                             std::optional<Term> heard = {});

// What a new holder must know, read in a transaction after take_shard's. Work grows with what is open, not
// with what has ended or waits. Failure: fenced when the term no longer stands. Admission::carried is empty:
// carried items have attempt rows, and TaskRow counts them.
Result<ShardSnapshot> read_shard(Catalog& catalog, ShardTerm reign);

// One execution, as read_shard would give it, ended or not. Failure: refused if it is not there.
Result<ActiveExecution> read_execution(Catalog& catalog, ExecutionId execution);

}  // namespace argosy::catalog
