// Values that live in the catalog are read before their items are offered, a few chunks ahead, and let go behind.
#pragma once

#include "master/step.h"

namespace argosy::master {

// For a task whose array is a blob: nothing is known yet.
void prepare_values(Step& step, TaskState& task);
// Asks for what is needed next, lets go of what is not.
void read_ahead(Step& step, Shard& shard, TaskState& task);
void on_values(Step& step, const ValuesRead& event);
// Reads that failed are tried again.
void tick_values(Step& step, Shard& shard);
// The item's value: nothing while it must be read first (it is asked for).
std::optional<std::string> value_of(Step& step, Shard& shard, TaskState& task, std::uint64_t item);

}  // namespace argosy::master
