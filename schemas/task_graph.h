// Questions about the `after` edges of a package's tasks. Edges to tasks that do not exist are ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "schemas/package.h"

namespace argosy {

// Tasks in an order in which each comes after those it waits for. Shorter than `tasks` if and only if there
// is a cycle.
std::vector<std::uint32_t> task_order(const std::vector<Task>& tasks);

// The tasks of one cycle, each waiting for the next, the last for the first; empty if there is none.
std::vector<std::uint32_t> task_cycle(const std::vector<Task>& tasks);

// For each question (task, other): does `task` wait for `other`, directly or through others? Required: no
// cycle. Takes time in proportion to edges x distinct others / 64.
std::vector<bool> waits_for(const std::vector<Task>& tasks,
                            const std::vector<std::pair<std::uint32_t, std::uint32_t>>& questions);

}  // namespace argosy
