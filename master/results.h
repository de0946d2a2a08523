// What workers tell of their attempts: Started, Log, Finished, Return. Kept by the worker until Recorded.
#pragma once

#include "master/step.h"

namespace argosy::master {

void on_started(Step& step, Shard& shard, WorkerIndex worker, const Started& word);
void on_log(Step& step, Shard& shard, WorkerIndex worker, Log&& word);
void on_finished(Step& step, Shard& shard, WorkerIndex worker, Finished&& word);
void on_return(Step& step, Shard& shard, WorkerIndex worker, const Return& word);

// The attempt is over: row, budgets, what becomes of the item and what follows. Required: the item is open and held.
// `said_by`: the session that is told Recorded once it is committed.
void end_attempt(Step& step, Shard& shard, TaskState& task, std::uint64_t item, AttemptEnd end,
                 std::optional<SessionId> said_by = std::nullopt);
void lose_attempt(Step& step, Shard& shard, const AttemptRef& attempt, const std::string& why);

// Back-offs that are over.
void tick_backoffs(Step& step, Shard& shard);

}  // namespace argosy::master
