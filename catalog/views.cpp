// Items of an execution in pages: rows of those that have an attempt, and between them those that have none.
#include "catalog/views.h"

#include <algorithm>

#include "catalog/fields.h"
#include "catalog/item_rows.h"
#include "catalog/projects.h"
#include "catalog/sql.h"
#include "schemas/sources.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
constexpr std::uint64_t kWindow = 10'000;

struct TaskFacts {
  std::uint64_t items = 0;
  ItemState state = ItemState::waiting;
};

std::optional<Package> plan_of_execution(Sql& sql, ExecutionId execution) {
  const auto row = sql.row<std::string, Bytes>(
      "SELECT p.digest, p.body FROM executions x JOIN plans p ON p.digest = x.plan WHERE x.id = :a",
      execution.value);
  if (!row) return std::nullopt;
  auto package = package_of(std::get<1>(*row).data, std::get<0>(*row));
  if (!package) throw Failure{Trouble::schema, package.error().message};
  return std::move(*package);
}

bool wanted(const std::vector<ItemState>& states, ItemState state) {
  return states.empty() || std::find(states.begin(), states.end(), state) != states.end();
}

// Collects one page.
class Pager {
 public:
  Pager(Sql& sql, const ItemFilter& filter, const Package& package)
      : sql_(sql), filter_(filter), package_(package) {}

  void collect(ItemPage& page) {
    const auto facts = sql_.rows<int64_t, int64_t>(
        "SELECT items, state FROM tasks WHERE execution = :a ORDER BY task", filter_.execution.value);
    for (const auto& [items, state] : facts)
      tasks_.push_back({static_cast<std::uint64_t>(items), static_cast<ItemState>(state)});
    for (std::uint32_t task = 0; task < tasks_.size() && !full(page); ++task) {
      if (filter_.task && filter_.task->value != task) continue;
      if (filter_.after && filter_.after->task.value > task) continue;
      collect_task(page, {task});
    }
    page.more = full(page);
    if (page.more) page.items.resize(filter_.limit);
  }

 private:
  // One more than asked for tells that there is more.
  bool full(const ItemPage& page) const { return page.items.size() > filter_.limit; }

  void collect_task(ItemPage& page, TaskNo task) {
    const TaskFacts& facts = tasks_[task.value];
    std::uint64_t from = filter_.after && filter_.after->task == task ? filter_.after->item.value + 1 : 0;
    std::uint64_t stop = facts.items;
    if (filter_.item)
      from = std::max(from, filter_.item->value), stop = std::min(stop, filter_.item->value + 1);
    if (!wanted(filter_.states, facts.state)) {
      const auto left = static_cast<std::uint32_t>(filter_.limit + 1 - page.items.size());
      for (auto& [item, row] :
           rows_in_states(sql_, {filter_.execution, task, from, stop}, filter_.states, left))
        add(page, task, item, &row);
      return;
    }
    while (from < stop && !full(page)) {
      const std::uint64_t size = filter_.states.empty() ? filter_.limit + 1 - page.items.size() : kWindow;
      const std::uint64_t end = std::min(stop, from + size);
      ItemRows rows = rows_of_window(sql_, {filter_.execution, task, from, end});
      for (; from < end && !full(page); ++from) {
        const auto row = rows.find(from);
        const ItemState state = row == rows.end() ? facts.state : row->second.state;
        if (wanted(filter_.states, state)) add(page, task, from, row == rows.end() ? nullptr : &row->second);
      }
    }
  }

  void add(ItemPage& page, TaskNo task, std::uint64_t item, ItemRow* row) {
    const Task& body = package_.tasks[task.value];
    ItemView& view = page.items.emplace_back();
    view.item = {filter_.execution, task, {item}};
    view.name = body.name;
    view.is_array = body.for_each.source != ItemSource::none;
    if (view.is_array) view.id = item_id(body.for_each, {item});
    view.state = row ? row->state : tasks_[task.value].state;
    if (!row) return;
    view.not_before = row->not_before;
    view.latest = std::move(row->latest);
  }

  Sql& sql_;
  const ItemFilter& filter_;
  const Package& package_;
  std::vector<TaskFacts> tasks_;
};

// Values of neighbours in one blob are read together.
void fill_values(Catalog& catalog, const Package& package, std::vector<ItemView>& items) {
  for (std::size_t i = 0; i < items.size();) {
    const ForEach& source = package.tasks[items[i].item.task.value].for_each;
    if (source.source != ItemSource::blob) {
      if (items[i].is_array) items[i].value = item_value(source, items[i].item.item).value_or("");
      ++i;
      continue;
    }
    std::size_t stop = i + 1;
    while (stop < items.size() && items[stop].item.task == items[i].item.task &&
           items[stop].item.item.value == items[stop - 1].item.item.value + 1)
      ++stop;
    const auto values = read_items(catalog, source.blob_digest, items[i].item.item, stop - i);
    for (std::size_t n = 0; values.ok() && n < values->size(); ++n) items[i + n].value = (*values)[n];
    i = stop;
  }
}

}  // namespace

Result<std::optional<ItemPage>> list_items(Catalog& catalog, const ItemFilter& filter) {
  Sql& sql = catalog.sql();
  std::optional<Package> package;
  auto page = sql.read([&]() -> std::optional<ItemPage> {
    package = plan_of_execution(sql, filter.execution);
    if (!package) return std::nullopt;
    ItemPage out;
    Pager(sql, filter, *package).collect(out);
    const auto items = sql.rows<int64_t>("SELECT items FROM tasks WHERE execution = :a ORDER BY task",
                                         filter.execution.value);
    for (std::size_t i = 0; i < package->tasks.size(); ++i) {
      TaskInfo& info = out.tasks.emplace_back(TaskInfo{package->tasks[i].name, {}, 0});
      if (i < items.size()) info.items = static_cast<std::uint64_t>(std::get<0>(items[i]));
      for (const After& after : package->tasks[i].after)
        info.after.push_back(package->tasks[after.task.value].name);
    }
    return out;
  });
  if (page.ok() && page->has_value() && filter.values) fill_values(catalog, *package, (*page)->items);
  return page;
}

Result<std::vector<AttemptView>> list_attempts(Catalog& catalog, ItemRef item) {
  Sql& sql = catalog.sql();
  return sql.read([&] { return attempts_of(sql, item); });
}

Result<std::vector<AttemptView>> list_failures(Catalog& catalog, ExecutionId execution, std::size_t limit) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<AttemptView> out;
    const auto plan = plan_of_execution(sql, execution);
    for (std::size_t task = 0; plan && task < plan->tasks.size() && out.size() < limit; ++task) {
      const ItemWindow window{execution, {static_cast<std::uint32_t>(task)}, 0, item_count(plan->tasks[task].for_each)};
      auto some = failures_of(sql, window, limit - out.size());
      std::move(some.begin(), some.end(), std::back_inserter(out));
    }
    return out;
  });
}

Result<std::optional<ExecutionId>> find_accepted(Catalog& catalog, const std::string& submitter, const std::string& key,
                                                 const std::string& request_digest) {
  Sql& sql = catalog.sql();
  return sql.read([&]() -> std::optional<ExecutionId> {
    const auto row = sql.row<int64_t>("SELECT execution FROM keys WHERE submitter = :a AND key = :b AND request_digest = :c",
                                      submitter, key, request_digest);
    if (!row) return std::nullopt;
    return ExecutionId{static_cast<std::uint64_t>(std::get<0>(*row))};
  });
}

Result<std::optional<Package>> read_plan(Catalog& catalog, ExecutionId execution) {
  Sql& sql = catalog.sql();
  return sql.read([&] { return plan_of_execution(sql, execution); });
}

}  // namespace argosy::catalog
