// Why an execution stands where it stands: a sentence for each group of items. Pure; nothing is pending in silence (P10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "master/state.h"

namespace argosy::master {

// Every item that has not ended is covered by one line. Empty: not active in this master's shards.
std::vector<Explanation> explain(const State& state, Now now, ExecutionId execution, std::optional<TaskNo> task,
                                 std::optional<ItemNo> item);

// Why nobody takes what this task offers now: "0 of 2 allowed workers online", "all slots are busy", …
std::string why_not_taken(const State& state, const TaskState& task);

}  // namespace argosy::master
