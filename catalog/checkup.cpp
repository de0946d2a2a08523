#include "catalog/checkup.h"

#include "catalog/migrations.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

// Through the view with its owner's rights, or on the table itself.
constexpr const char* kMayChange =
    "SELECT CAST((has_table_privilege(current_user, 'argosy.chunks', 'UPDATE, DELETE') AND has_table_privilege(v.viewowner, "
    "'argosy_output.chunks', 'UPDATE, DELETE')) OR has_table_privilege(current_user, 'argosy_output.chunks', 'UPDATE, DELETE') "
    "AS int), CAST(v.viewowner AS text), CAST(current_user AS text) FROM pg_views v WHERE v.schemaname = 'argosy' AND v.viewname = "
    "'chunks'";

}  // namespace

Result<Checkup> check_up(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    Checkup out;
    out.program_schema = migrations(sql.dialect()).back().number;
    const auto row = sql.row<std::int64_t, std::int64_t>("SELECT max(number), max(least) FROM migrations");
    out.schema = std::get<0>(*row);
    out.least_program = std::get<1>(*row);
    if (!sql.postgresql()) return out;
    const auto output = sql.row<std::int64_t, std::string, std::string>(kMayChange);
    if (!output) return out;
    out.may_change_output = std::get<0>(*output) != 0;
    out.log_login = std::get<1>(*output);
    out.login = std::get<2>(*output);
    return out;
  });
}

}  // namespace argosy::catalog
