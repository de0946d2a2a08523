#include "catalog/environments.h"

#include "base/text.h"
#include "catalog/sql.h"

namespace argosy::catalog {

Status set_variable(Catalog& catalog, const std::string& environment, const Variable& variable,
                    WallTime now) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    if (!is_clean_text(environment) || !is_clean_text(variable.name))
      refuse("environment: its name or a variable's is not UTF-8 text");
    sql.run(
        "INSERT INTO variables VALUES (:a, :b, BYTES(:c), :d, :e) ON CONFLICT (environment, name) DO UPDATE "
        "SET value = "
        "excluded.value, sealed = excluded.sealed, changed_at = excluded.changed_at",
        environment, variable.name, Bytes{variable.value}, variable.sealed ? 1 : 0, now.us);
    return Done{};
  });
}

Result<bool> remove_variables(Catalog& catalog, const std::string& environment, const std::string& name, const Deed& deed) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    const auto gone = name.empty() ? sql.run("DELETE FROM variables WHERE environment = :a", environment)
                                   : sql.run("DELETE FROM variables WHERE environment = :a AND name = :b", environment, name);
    return note_deed(sql, deed, gone > 0);
  });
}

Result<std::vector<EnvironmentSummary>> list_environments(Catalog& catalog, const std::string& after,
                                                          std::uint32_t limit) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<EnvironmentSummary> out;
    for (auto& [environment, count] :
         sql.rows<std::string, std::int64_t>("SELECT environment, count(*) FROM variables WHERE environment "
                                             "> :a GROUP BY environment ORDER BY environment "
                                             "LIMIT :b",
                                             after, limit))
      out.push_back({environment, static_cast<std::uint64_t>(count)});
    return out;
  });
}

Result<std::optional<std::vector<Variable>>> read_environment(Catalog& catalog,
                                                              const std::string& environment) {
  Sql& sql = catalog.sql();
  return sql.read([&]() -> std::optional<std::vector<Variable>> {
    std::vector<Variable> out;
    for (auto& [name, value, sealed] : sql.rows<std::string, Bytes, std::int64_t>(
             "SELECT name, value, sealed FROM variables WHERE environment = :a ORDER BY name", environment))
      out.push_back({name, value.data, sealed != 0});
    if (out.empty()) return std::nullopt;
    return out;
  });
}

}  // namespace argosy::catalog
