// Executions as people see them, and how far they have come.
#include <algorithm>
#include <array>
#include <map>

#include "catalog/fields.h"
#include "catalog/sql.h"
#include "catalog/views.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
using S = std::string;
constexpr auto N = Kind::number;
constexpr auto T = Kind::text;
constexpr std::size_t kIdsAtOnce = 100;
constexpr std::size_t kRangesAtOnce = 500;  // SQLite refuses an expression that is deeper than 1000
using Ranges = std::vector<std::pair<ExecutionId, ExecutionId>>;
std::uint64_t u64(int64_t n) {
  return static_cast<std::uint64_t>(n);
}

constexpr const char* kColumns =
    "SELECT x.id, x.shard, x.status, x.package, x.project, x.version, x.environment, x.submitter, x.key, "
    "x.batch, x.detail, "
    "x.parameters, x.workers, x.worker_tags, x.priority, x.retry_of, x.created_at, x.started_at, x.ended_at, "
    "x.sealed FROM "
    "executions x WHERE x.id < :before";
const std::vector<Kind> kKinds = {N, N, N, T, T, T, T, T, T, T, T, T, T, T, N, N, N, N, N, Kind::bytes};

ExecutionView view_of(const std::vector<Value>& c) {
  const auto n = [&](std::size_t i) { return std::get<int64_t>(c[i]); };
  const auto t = [&](std::size_t i) { return std::get<S>(c[i]); };
  ExecutionView v;
  v.id = {u64(n(0))};
  v.shard = {static_cast<std::uint32_t>(n(1))};
  v.status = static_cast<ExecutionStatus>(n(2));
  v.package = t(3), v.project = t(4), v.version = t(5), v.environment = t(6), v.submitter = t(7),
  v.key = t(8);
  v.batch = t(9), v.detail = t(10);
  v.parameters = unpack_map(t(11));
  for (const auto& [name, sealed] : unpack_map(std::get<Bytes>(c[19]).data)) v.parameters[name] = "***";
  v.workers = unpack_list(t(12)), v.worker_tags = unpack_list(t(13));
  v.priority = static_cast<std::int32_t>(n(14));
  if (n(15)) v.retry_of = ExecutionId{u64(n(15))};
  v.created_at = {n(16)}, v.started_at = {n(17)}, v.ended_at = {n(18)};
  return v;
}

// Items of tasks that stand in `state` when they have no attempt.
struct Group {
  std::array<std::uint64_t, 6> sums{};  // items, succeeded, failed, canceled, interrupted, skipped
  std::array<std::uint64_t, 5> open{};  // by state: 1 waiting, 2 ready, 3 claimed, 4 running
};
using Groups = std::map<std::pair<int64_t, int64_t>, Group>;  // by execution and state

void add_group(TaskCounts& counts, ItemState state, const Group& g) {
  const auto& s = g.sums;
  const std::uint64_t ended = s[1] + s[2] + s[3] + s[4] + s[5];
  const std::uint64_t open = g.open[1] + g.open[2] + g.open[3] + g.open[4];
  const std::uint64_t rest = s[0] > ended + open ? s[0] - ended - open : 0;
  counts.total += s[0];
  counts.succeeded += s[1], counts.failed += s[2], counts.canceled += s[3], counts.interrupted += s[4],
      counts.skipped += s[5];
  counts.waiting += g.open[1] + (state == ItemState::ready ? 0 : rest);
  counts.ready += g.open[2] + g.open[3] + (state == ItemState::ready ? rest : 0);
  counts.running += g.open[4];
}

// `where` is on tasks t.
Groups read_groups(Sql& sql, const S& where, const std::vector<Value>& values) {
  Groups groups;
  sql.each(
      "SELECT t.execution, t.state, CAST(sum(t.items) AS BIGINT), CAST(sum(t.succeeded) AS BIGINT), "
      "CAST(sum(t.failed) AS "
      "BIGINT), CAST(sum(t.canceled) AS BIGINT), CAST(sum(t.interrupted) AS BIGINT), CAST(sum(t.skipped) AS "
      "BIGINT) FROM "
      "tasks t WHERE " +
          where + " GROUP BY t.execution, t.state",
      values, {N, N, N, N, N, N, N, N}, [&](std::vector<Value>& c) {
        Group& g = groups[{std::get<int64_t>(c[0]), std::get<int64_t>(c[1])}];
        for (std::size_t i = 0; i < 6; ++i) g.sums[i] = u64(std::get<int64_t>(c[i + 2]));
      });
  sql.each(
      "SELECT t.execution, t.state, o.state, count(*) FROM tasks t JOIN open_attempts o ON o.execution = "
      "t.execution AND "
      "o.task = t.task WHERE " +
          where + " GROUP BY t.execution, t.state, o.state",
      values, {N, N, N, N}, [&](std::vector<Value>& c) {
        Group& g = groups[{std::get<int64_t>(c[0]), std::get<int64_t>(c[1])}];
        g.open[u64(std::get<int64_t>(c[2])) % 5] += u64(std::get<int64_t>(c[3]));
      });
  return groups;
}

void add_counts(Sql& sql, std::vector<ExecutionView>& views) {
  S where = "t.execution IN (";
  for (std::size_t i = 0; i < kIdsAtOnce; ++i) where += (i ? ", :i" : ":i") + std::to_string(i);
  where += ")";
  for (std::size_t from = 0; from < views.size(); from += kIdsAtOnce) {
    const std::size_t stop = std::min(from + kIdsAtOnce, views.size());
    std::vector<Value> ids(kIdsAtOnce, int64_t{0});
    std::map<int64_t, TaskCounts*> counts;
    for (std::size_t i = from; i < stop; ++i) {
      ids[i - from] = static_cast<int64_t>(views[i].id.value);
      counts[static_cast<int64_t>(views[i].id.value)] = &views[i].counts;
    }
    for (const auto& [name, group] : read_groups(sql, where, ids))
      add_group(*counts.at(name.first), static_cast<ItemState>(name.second), group);
  }
}

// Disjoint, the newest first, in groups that one statement takes. Of no range one empty group: any execution.
std::vector<Ranges> grouped(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  Ranges disjoint;
  for (const auto& range : ranges) {
    if (!disjoint.empty() && range.second >= disjoint.back().first)
      disjoint.back().first = std::min(disjoint.back().first, range.first);
    else
      disjoint.push_back(range);
  }
  std::vector<Ranges> groups(1);
  for (const auto& range : disjoint) {
    if (groups.back().size() == kRangesAtOnce) groups.emplace_back();
    groups.back().push_back(range);
  }
  return groups;
}

// The conditions of a filter, with their values.
class Query {
 public:
  explicit Query(ExecutionId before) {
    values_.emplace_back(before.value ? static_cast<int64_t>(before.value) : INT64_MAX);
  }
  S parameter(Value value) {
    values_.push_back(std::move(value));
    return ":p" + std::to_string(values_.size());
  }
  void text(const char* column, const S& value) {
    if (!value.empty()) text_ += S(" AND x.") + column + " = " + parameter(value);
  }
  void statuses(const std::vector<ExecutionStatus>& all) {
    S list;
    for (const auto s : all) list += (list.empty() ? "" : ", ") + std::to_string(static_cast<int>(s));
    if (!list.empty()) text_ += " AND x.status IN (" + list + ")";
  }
  void ranges(const Ranges& all) {
    const auto id = [&](ExecutionId any) { return parameter(static_cast<int64_t>(std::min<std::uint64_t>(any.value, INT64_MAX))); };
    S list;
    for (const auto& [first, last] : all) {
      list += list.empty() ? "(x.id >= " : " OR (x.id >= ";
      list += id(first) + " AND x.id <= ";
      list += id(last) + ")";
    }
    if (!list.empty()) text_ += " AND (" + list + ")";
  }

  S text_;
  std::vector<Value> values_;
};

// Up to the filter's limit.
void add_views(Sql& sql, const ExecutionFilter& filter, const Ranges& ranges, std::vector<ExecutionView>& views) {
  Query query(filter.before);
  query.statuses(filter.statuses);
  query.ranges(ranges);
  query.text("package", filter.package);
  query.text("project", filter.project);
  query.text("submitter", filter.submitter);
  query.text("batch", filter.batch);
  const S text = kColumns + query.text_ + " ORDER BY x.id DESC LIMIT " +
                 query.parameter(static_cast<int64_t>(filter.limit - views.size()));
  sql.each(text, query.values_, kKinds, [&](std::vector<Value>& c) { views.push_back(view_of(c)); });
}

}  // namespace

Result<std::vector<ExecutionView>> list_executions(Catalog& catalog, const ExecutionFilter& filter) {
  Sql& sql = catalog.sql();
  const auto groups = grouped(filter.ranges);
  return sql.read([&] {
    std::vector<ExecutionView> views;
    for (const auto& group : groups)
      if (views.size() < filter.limit) add_views(sql, filter, group, views);
    add_counts(sql, views);
    return views;
  });
}

Result<std::optional<ExecutionView>> show_execution(Catalog& catalog, ExecutionId execution) {
  ExecutionFilter filter;
  filter.ranges = {{execution, execution}};
  auto found = list_executions(catalog, filter);
  if (found && found->empty()) {  // or only on a server that was failed over
    catalog.sql().doubt();
    const Status proved = catalog.sql().proven_read([] { return Done{}; });
    found = proved ? list_executions(catalog, filter) : proved.error();
  }
  if (!found) return found.error();
  if (found->empty()) return std::optional<ExecutionView>();
  return std::optional<ExecutionView>(std::move(found->front()));
}

Result<Totals> count_all(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    Totals totals;
    for (const auto& [status, count] :
         sql.rows<int64_t, int64_t>("SELECT status, count(*) FROM executions GROUP BY status"))
      totals.executions[static_cast<ExecutionStatus>(status)] = u64(count);
    for (const auto& [name, group] :
         read_groups(sql, "t.execution IN (SELECT id FROM executions WHERE status IN (1, 2, 5, 8))", {}))
      add_group(totals.active, static_cast<ItemState>(name.second), group);
    return totals;
  });
}

}  // namespace argosy::catalog
