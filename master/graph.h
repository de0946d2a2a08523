// The life of an execution and of its tasks: from its admission, over the edges between tasks, to its one end.
#pragma once

#include "master/step.h"

namespace argosy::master {

// Committed: its first tasks are offered.
Execution& begin_execution(Step& step, Shard& shard, ExecutionId id, const Admission& admission);
// Read back after adoption. Idempotent: what should have followed from what is there follows now.
void resume_execution(Step& step, Shard& shard, const ActiveExecution& active);

// Its ready items may be offered, if they may be at all; also after what is allowed has changed.
void offer(Step& step, Shard& shard, TaskState& task);
void stop_offering(Shard& shard, TaskState& task);

// An item has ended and is counted; what follows from it. Required: open_batch was called in this act.
void after_end(Step& step, Shard& shard, TaskState& task);
// Items that nobody runs are canceled; what runs goes on to its end.
void cancel_rest(Step& step, Shard& shard, TaskState& task);
// Commits "stopping", then cancels what nobody runs. Gives those of `asked` that were not stopping yet and have not ended.
std::set<ExecutionId> stop_executions(Step& step, Shard& shard, const std::vector<ExecutionId>& asked, const std::string& who);

// Whether later tasks may use what it wrote to $ARGOSY_OUTPUT. Of an array nobody may: which item's would it be?
bool lends_outputs(const TaskState& task);

ExecutionStatus final_status(const Execution& execution);
TaskCounts counts_of(const TaskState& task);
TaskCounts counts_of(const Execution& execution);
// What an item of it reserves, and the tags that its worker must have, sorted.
Resources needs_of(const TaskState& task);
// The workers that may take it, as offers name them; nothing: nobody may now.
std::optional<std::vector<std::string>> allowed_workers(const State& state, const Terms& terms);

}  // namespace argosy::master
