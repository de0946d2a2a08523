// Rows of attempts, ended and open, as views: shared by views.h's sources. Inside Sql::read; throws Failure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "catalog/sql.h"
#include "catalog/views.h"

namespace argosy::catalog {

// Items [from, stop) of a task.
struct ItemWindow {
  ExecutionId execution;
  TaskNo task;
  std::uint64_t from = 0, stop = 0;
};

struct ItemRow {
  ItemState state = ItemState::waiting;
  AttemptView latest;
  WallTime not_before;
};
using ItemRows = std::map<std::uint64_t, ItemRow>;

// Every item of the window that has an attempt, with its newest.
ItemRows rows_of_window(Sql& sql, const ItemWindow& window);
// The first `limit` items of the window that stand in one of `states`, of those that have an attempt.
ItemRows rows_in_states(Sql& sql, const ItemWindow& window, const std::vector<ItemState>& states,
                        std::uint32_t limit);
// All attempts of one item, oldest first.
std::vector<AttemptView> attempts_of(Sql& sql, ItemRef item);
// Attempts of the window that ended otherwise than well: the first `limit`, by item.
std::vector<AttemptView> failures_of(Sql& sql, const ItemWindow& window, std::size_t limit);

}  // namespace argosy::catalog
