#include "catalog/logs.h"

#include "catalog/fields.h"
#include "catalog/sql.h"

namespace argosy::catalog {

using std::int64_t;

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

}  // namespace argosy::catalog
