// What an adopter reads: only active executions, their tasks and open attempts, and, in the window of each
// task between low and high, which items have no attempt yet.
#include <algorithm>
#include <map>
#include <memory>

#include "catalog/fields.h"
#include "catalog/sql.h"
#include "catalog/work.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
std::uint64_t u64(int64_t n) {
  return static_cast<std::uint64_t>(n);
}

// What to read: a shard's active executions, or one execution.
struct Scope {
  std::string where;  // on executions x, one parameter
  int64_t value = 0;
};

Scope of_shard(ShardId shard) {
  return {"x.shard = :a AND x.status IN (1, 2, 5, 8)", shard.value};
}
Scope of_execution(ExecutionId id) {
  return {"x.id = :a", static_cast<int64_t>(id.value)};
}

class Reader {
 public:
  Reader(Sql& sql, Scope scope) : sql_(sql), scope_(std::move(scope)) {}

  std::vector<ActiveExecution> read() {
    read_plans();
    read_executions();
    read_tasks();
    read_open();
    for (auto& execution : executions_)
      for (const TaskRow& task : execution.tasks) execution.unclaimed.push_back(unclaimed(task));
    return std::move(executions_);
  }

 private:
  void read_plans() {
    auto rows = sql_.rows<std::string, Bytes>(
        "SELECT p.digest, p.body FROM plans p WHERE p.digest IN (SELECT x.plan FROM "
        "executions x WHERE " +
            scope_.where + ")",
        scope_.value);
    for (auto& [digest, body] : rows) {
      auto package = package_of(body.data, digest);
      if (!package) throw Failure{Trouble::schema, package.error().message};
      plans_.emplace(digest, std::move(*package));
    }
  }

  void read_executions() {
    using S = std::string;
    auto rows = sql_.rows<int64_t, int64_t, S, S, S, S, S, S, S, S, Bytes, S, S, int64_t, S, int64_t, int64_t,
                          S>(
        "SELECT x.id, x.status, x.submitter, x.key, x.project, x.version, x.content, x.environment, x.plan, "
        "x.parameters, "
        "x.sealed, x.workers, x.worker_tags, x.priority, x.batch, x.retry_of, x.created_at, coalesce((SELECT "
        "k.request_digest FROM keys k WHERE k.submitter = x.submitter AND k.key = x.key AND k.execution = "
        "x.id), '') "
        "FROM executions x WHERE " +
            scope_.where + " ORDER BY x.id",
        scope_.value);
    for (auto& [id, status, submitter, key, project, version, content, environment, plan, parameters, sealed,
                workers, tags, priority, batch, retry_of, at, request] : rows) {
      ActiveExecution& e = executions_.emplace_back();
      e.execution = {u64(id)};
      e.status = static_cast<ExecutionStatus>(status);
      Admission& a = e.admission;
      a.submitter = submitter, a.key = key, a.request_digest = request, a.project = project,
      a.version = version;
      a.content = content, a.environment = environment, a.batch = batch, a.at = {at};
      const auto known = plans_.find(plan);
      if (known == plans_.end())
        throw Failure{Trouble::schema, "catalog: execution " + std::to_string(id) + " has no plan"};
      a.package = known->second;
      a.parameters = unpack_map(parameters);
      a.sealed_parameters = unpack_map(sealed.data);
      a.workers = unpack_list(workers);
      a.worker_tags = unpack_list(tags);
      a.priority = static_cast<std::int32_t>(priority);
      if (retry_of) a.retry_of = ExecutionId{u64(retry_of)};
    }
  }

  ActiveExecution* find(int64_t id) {
    const auto at = std::lower_bound(
        executions_.begin(), executions_.end(), u64(id),
        [](const ActiveExecution& e, std::uint64_t value) { return e.execution.value < value; });
    return at != executions_.end() && at->execution.value == u64(id) ? &*at : nullptr;
  }

  void read_tasks() {
    using N = int64_t;
    auto rows = sql_.rows<N, N, N, N, N, N, N, N, N, N, N, std::string>(
        "SELECT t.execution, t.task, t.state, t.items, t.low, t.high, t.succeeded, t.failed, t.canceled, "
        "t.interrupted, "
        "t.skipped, t.outputs FROM executions x JOIN tasks t ON t.execution = x.id WHERE " +
            scope_.where + " ORDER BY t.execution, t.task",
        scope_.value);
    for (auto& [id, task, state, items, low, high, succeeded, failed, canceled, interrupted, skipped,
                outputs] : rows) {
      ActiveExecution* e = find(id);
      if (e == nullptr) continue;
      e->admission.items.push_back(u64(items));
      e->tasks.push_back({{u64(id)},
                          {static_cast<std::uint32_t>(task)},
                          static_cast<ItemState>(state),
                          u64(low),
                          u64(high),
                          u64(succeeded),
                          u64(failed),
                          u64(canceled),
                          u64(interrupted),
                          u64(skipped),
                          unpack_map(outputs)});
    }
  }

  void read_open() {
    using N = int64_t;
    auto rows = sql_.rows<N, N, N, N, N, std::string, N, N, N, N, N, N>(
        "SELECT o.execution, o.task, o.item, o.attempt, o.state, o.worker, o.session, o.claimed_at, "
        "o.failures, "
        "o.interruptions, o.not_before, coalesce((SELECT c.start + c.length FROM chunks c WHERE c.execution "
        "= o.execution AND "
        "c.task = o.task AND c.item = o.item AND c.attempt = o.attempt ORDER BY c.start DESC LIMIT 1), 0) "
        "FROM executions x JOIN open_attempts o ON o.execution = x.id WHERE " +
            scope_.where + " ORDER BY o.execution, o.task, o.item",
        scope_.value);
    for (auto& [id, task, item, attempt, state, worker, session, claimed_at, failures, interruptions,
                not_before, log] : rows) {
      ActiveExecution* e = find(id);
      if (e == nullptr) continue;
      e->open.push_back({{{{u64(id)}, {static_cast<std::uint32_t>(task)}, {u64(item)}},
                          {static_cast<std::uint32_t>(attempt)}},
                         static_cast<ItemState>(state),
                         std::move(worker),
                         {u64(session)},
                         {claimed_at},
                         u64(log),
                         static_cast<std::uint32_t>(failures),
                         static_cast<std::uint32_t>(interruptions),
                         {not_before}});
    }
  }

  std::vector<std::uint64_t> unclaimed(const TaskRow& task) {
    std::vector<std::uint64_t> out;
    if (task.low >= task.high) return out;
    const auto rows = sql_.rows<int64_t>(
        "SELECT item FROM attempts WHERE execution = :a AND task = :b AND item >= :c AND item < :d UNION "
        "SELECT item FROM open_attempts WHERE execution = :e AND task = :f AND item >= :g AND item < :h "
        "ORDER BY item",
        task.execution.value, task.task.value, task.low, task.high, task.execution.value, task.task.value,
        task.low, task.high);
    std::uint64_t next = task.low;
    for (const auto& [item] : rows) {
      for (; next < u64(item); ++next) out.push_back(next);
      next = u64(item) + 1;
    }
    for (; next < task.high; ++next) out.push_back(next);
    return out;
  }

  Sql& sql_;
  Scope scope_;
  std::map<std::string, Package> plans_;
  std::vector<ActiveExecution> executions_;
};

}  // namespace

Result<ShardSnapshot> read_shard(Catalog& catalog, ShardTerm reign) {
  Sql& sql = catalog.sql();
  return sql.proven_read([&] {
    if (!sql.row<int64_t>("SELECT 1 FROM shards WHERE shard = :a AND term = :b", reign.shard.value,
                          reign.term.value))
      throw Failure{Trouble::fenced, "shard " + std::to_string(reign.shard.value) + ": term " +
                                         std::to_string(reign.term.value) + " no longer stands"};
    return ShardSnapshot{reign, Reader(sql, of_shard(reign.shard)).read()};
  });
}

Result<ActiveExecution> read_execution(Catalog& catalog, ExecutionId execution) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    auto found = Reader(sql, of_execution(execution)).read();
    if (found.empty()) refuse("execution " + std::to_string(execution.value) + " is not there");
    return std::move(found.front());
  });
}

}  // namespace argosy::catalog
