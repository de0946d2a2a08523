#include "catalog/logs.h"

#include "catalog/fields.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

using std::int64_t;

AttemptRef ref_of(int64_t execution, int64_t task, int64_t item, int64_t attempt) {
  return {{{static_cast<std::uint64_t>(execution)},
           {static_cast<std::uint32_t>(task)},
           {static_cast<std::uint64_t>(item)}},
          {static_cast<std::uint32_t>(attempt)}};
}

}  // namespace

Result<std::optional<LogSize>> log_size(Catalog& catalog, AttemptRef a) {
  Sql& sql = catalog.sql();
  const auto execution = a.item.execution.value, item = a.item.item.value;
  return sql.read([&]() -> std::optional<LogSize> {
    const bool ended =
        sql.row<int64_t>(
               "SELECT 1 FROM attempts WHERE execution = :a AND task = :b AND item = :c AND attempt = :d",
               execution, a.item.task.value, item, a.attempt.value)
            .has_value();
    const bool open = sql.row<int64_t>(
                             "SELECT 1 FROM open_attempts WHERE execution = :a AND task = :b AND item = :c "
                             "AND attempt = :d",
                             execution, a.item.task.value, item, a.attempt.value)
                          .has_value();
    if (!ended && !open) return std::nullopt;
    const auto end = sql.row<int64_t>(
        "SELECT start + length FROM chunks WHERE execution = :a AND task = :b AND item = :c AND "
        "attempt = :d ORDER BY start DESC LIMIT 1",
        execution, a.item.task.value, item, a.attempt.value);
    return LogSize{a, end ? static_cast<std::uint64_t>(std::get<0>(*end)) : 0, ended};
  });
}

Result<std::vector<LogChunk>> read_log(Catalog& catalog, AttemptRef a, std::uint64_t offset,
                                       std::uint64_t length) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<LogChunk> out;
    // A chunk is at most 1 MiB: the one that holds `offset` begins not further before.
    const int64_t from = static_cast<int64_t>(offset) - (1 << 20);
    auto rows = sql.rows<int64_t, int64_t, int64_t, Bytes, Bytes>(
        "SELECT start, length, codec, pieces, data FROM chunks WHERE execution = :a AND task = :b AND item = "
        ":c AND attempt = :d "
        "AND start >= :e AND start < :f AND start + length > :g ORDER BY start",
        a.item.execution.value, a.item.task.value, a.item.item.value, a.attempt.value, from,
        static_cast<int64_t>(offset + length), static_cast<int64_t>(offset));
    for (auto& [start, bytes, codec, pieces, data] : rows)
      out.push_back({a, static_cast<std::uint64_t>(start), static_cast<std::uint32_t>(bytes),
                     unpack_pieces(pieces.data), static_cast<LogCodec>(codec), std::move(data.data)});
    return out;
  });
}

Result<std::vector<LogSize>> list_logs(Catalog& catalog, ExecutionId execution,
                                       std::optional<AttemptRef> after, std::uint32_t limit) {
  Sql& sql = catalog.sql();
  const int64_t task = after ? after->item.task.value : 0;
  const int64_t item = after ? static_cast<int64_t>(after->item.item.value) : 0;
  const int64_t attempt = after ? after->attempt.value : 0;
  return sql.read([&] {
    std::vector<LogSize> out;
    auto rows = sql.rows<int64_t, int64_t, int64_t, int64_t, int64_t>(
        "SELECT c.task, c.item, c.attempt, c.bytes, CASE WHEN EXISTS (SELECT 1 FROM attempts d WHERE "
        "d.execution = :x AND "
        "d.task = c.task AND d.item = c.item AND d.attempt = c.attempt) THEN 1 ELSE 0 END FROM (SELECT task, "
        "item, attempt, "
        "max(start + length) AS bytes FROM chunks WHERE execution = :a AND (task, item, attempt) > (:b, :c, "
        ":d) "
        "GROUP BY task, item, attempt ORDER BY task, item, attempt LIMIT :e) c ORDER BY c.task, c.item, "
        "c.attempt",
        execution.value, execution.value, task, item, attempt, limit);
    for (auto& [t, i, n, bytes, ended] : rows)
      out.push_back({ref_of(static_cast<int64_t>(execution.value), t, i, n),
                     static_cast<std::uint64_t>(bytes), ended != 0});
    return out;
  });
}

}  // namespace argosy::catalog
