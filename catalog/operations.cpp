#include "catalog/operations.h"

#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

std::string source_of(const std::string& request) { return request.empty() ? "" : "request " + request; }

void write(Sql& sql, const OperationRow& row, const std::string& request) {
  sql.run("INSERT INTO operations(at, who, verb, object, detail, source) VALUES (:a, :b, :c, :d, :e, :f) ON CONFLICT DO NOTHING",
          row.at.us, row.who, row.verb, row.object, row.detail, source_of(request));
}

}  // namespace

bool note_deed(Sql& sql, const Deed& deed, bool changed) {
  if (changed) write(sql, deed.row, deed.request);
  return changed || (!deed.request.empty() && sql.row<std::int64_t>("SELECT 1 FROM operations WHERE source = :a AND verb = :b",
                                                                     source_of(deed.request), deed.row.verb));
}

Status note_operation(Catalog& catalog, const OperationRow& row, const std::string& request) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    write(sql, row, request);
    return Done{};
  });
}

Result<std::vector<Operation>> list_operations(Catalog& catalog, const OperationFilter& filter) {
  Sql& sql = catalog.sql();
  std::string text = "SELECT id, at, who, verb, object, detail FROM operations WHERE id < :before";
  std::vector<Value> values = {filter.before ? static_cast<std::int64_t>(filter.before) : INT64_MAX};
  const auto add = [&](const char* condition, std::string value) {
    text += condition;
    values.emplace_back(std::move(value));
  };
  if (!filter.who.empty()) add(" AND who = :who", filter.who);
  if (!filter.verb.empty()) add(" AND verb = :verb", filter.verb);
  if (!filter.object.empty()) {
    add(" AND (object = :object", filter.object);
    add(" OR substr(object, 1, length(:prefix)) =", filter.object + " ");
    add(" :prefix2)", filter.object + " ");
  }
  text += " ORDER BY id DESC LIMIT :limit";
  values.emplace_back(static_cast<std::int64_t>(filter.limit));
  return sql.read([&] {
    std::vector<Operation> out;
    using S = std::string;
    sql.each(text, values, {Kind::number, Kind::number, Kind::text, Kind::text, Kind::text, Kind::text},
             [&](std::vector<Value>& c) {
               out.push_back({static_cast<std::uint64_t>(std::get<0>(c[0])),
                              {{std::get<0>(c[1])},
                               std::get<S>(c[2]),
                               std::get<S>(c[3]),
                               std::get<S>(c[4]),
                               std::get<S>(c[5])}});
             });
    return out;
  });
}

}  // namespace argosy::catalog
