// What people read: executions, items and attempts, in pages.
//
// Owner, thread rule, failure: catalog.h. Reading never blocks a writer. A page is consistent in itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "schemas/records.h"
#include "schemas/words/requests.h"

namespace argosy::catalog {

struct ExecutionFilter {
  std::vector<ExecutionStatus> statuses;                    // empty: any
  std::vector<std::pair<ExecutionId, ExecutionId>> ranges;  // first … last; empty: any
  std::string package;                                      // texts: empty matches all
  std::string project;
  std::string submitter;
  std::string batch;
  ExecutionId before;  // only smaller ids; 0: from the newest
  std::uint32_t limit = 1000;
};

struct ExecutionView {
  ExecutionId id;
  ShardId shard;
  ExecutionStatus status = ExecutionStatus::created;
  std::string package, project, version, environment, submitter, key, batch, detail;
  std::map<std::string, std::string> parameters;  // sensitive ones are "***"
  std::vector<std::string> workers, worker_tags;
  std::int32_t priority = 0;
  std::optional<ExecutionId> retry_of;
  WallTime created_at, started_at, ended_at;
  TaskCounts counts;
};

// Newest first.
Result<std::vector<ExecutionView>> list_executions(Catalog& catalog, const ExecutionFilter& filter);
// Nothing: it is not there, and a write that was acknowledged just now proved this session.
Result<std::optional<ExecutionView>> show_execution(Catalog& catalog, ExecutionId execution);
// The execution that a submitter's key has, if it was made by just this request.
Result<std::optional<ExecutionId>> find_accepted(Catalog& catalog, const std::string& submitter, const std::string& key,
                                                 const std::string& request_digest);
// How many executions there are of each status, and the counts of all that have not ended.
struct Totals {
  std::map<ExecutionStatus, std::uint64_t> executions;
  TaskCounts active;
};
Result<Totals> count_all(Catalog& catalog);

struct AttemptView {
  AttemptRef attempt;                    // number 0: carried over from the execution that this one retries
  ItemState state = ItemState::claimed;  // claimed, running, or what the item became at its end
  std::string worker;
  SessionId session;
  WallTime claimed_at, started_at, ended_at;
  EndReason reason = EndReason::succeeded;  // once ended_at is set
  std::int32_t exit_code = -1;
  std::int32_t signal = 0;
  ResourceUsage usage;
  std::uint64_t log_bytes = 0;  // once ended; until then see logs.h
  std::string stderr_tail;
  std::string detail;
};

struct ItemView {
  ItemRef item;
  std::string name;  // the task's
  bool is_array = false;
  std::string id;     // as people write it; empty without an array
  std::string value;  // empty without an array
  ItemState state = ItemState::waiting;
  std::optional<AttemptView> latest;  // nothing: never claimed
  WallTime not_before;                // with waiting for a back-off
};

struct ItemFilter {
  ExecutionId execution;
  std::optional<TaskNo> task;
  std::optional<ItemNo> item;
  std::vector<ItemState> states;  // empty: any
  std::optional<ItemRef> after;   // the last of the page before
  bool values = true;             // false: leave ItemView::value empty (saves reading blobs)
  std::uint32_t limit = 1000;
};

struct TaskInfo {
  std::string name;
  std::vector<std::string> after;
  std::uint64_t items = 0;
};

struct ItemPage {
  std::vector<TaskInfo> tasks;  // of the whole package, by TaskNo
  std::vector<ItemView> items;  // by task, then item
  bool more = false;
};

// Nothing: no such execution.
Result<std::optional<ItemPage>> list_items(Catalog& catalog, const ItemFilter& filter);
// Oldest first; empty: never claimed.
Result<std::vector<AttemptView>> list_attempts(Catalog& catalog, ItemRef item);
// Of the whole execution, those that failed, were lost or canceled; not those given back. At most `limit`, by task and item.
Result<std::vector<AttemptView>> list_failures(Catalog& catalog, ExecutionId execution, std::size_t limit);

// The package of an execution, bound, as it was admitted. Nothing: no such execution.
Result<std::optional<Package>> read_plan(Catalog& catalog, ExecutionId execution);

}  // namespace argosy::catalog
