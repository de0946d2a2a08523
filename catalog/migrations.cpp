#include "catalog/migrations.h"

namespace argosy::catalog {
namespace {

bool has_tables(Sql& sql) {
  return has_table(sql, "migrations");
}

std::int64_t version(Sql& sql) {
  return std::get<0>(*sql.row<std::int64_t>("SELECT coalesce(max(number), 0) FROM migrations"));
}

void apply(Sql& sql, const Migration& migration) {
  sql.script(std::string(migration.text));
  if (sql.postgresql()) sql.script("SET LOCAL search_path = argosy, argosy_output");
  sql.run("INSERT INTO migrations VALUES (:a, :b, :c, :d)", migration.number, std::string(migration.name),
          kLeastProgram, 0);
  sql.run("INSERT INTO properties VALUES ('incarnation', :a) ON CONFLICT DO NOTHING", new_incarnation());
  sql.run("INSERT INTO properties VALUES ('fleet_serial', '1') ON CONFLICT DO NOTHING");
}

void or_throw(const Sql& sql, const Result<Done>& done) {
  if (!done) throw Failure{sql.trouble(), done.error().message};
}

}  // namespace

void migrate(Sql& sql) {
  for (const Migration& migration : migrations(sql.dialect())) {
    or_throw(sql, sql.write([&] {
      if (sql.postgresql()) sql.script("SELECT pg_advisory_xact_lock(7214)");
      if (!has_tables(sql) || version(sql) < migration.number) apply(sql, migration);
      return Done{};
    }));
  }
}

bool has_table(Sql& sql, const std::string& name) {
  const auto row =
      sql.postgresql()
          ? sql.row<std::int64_t>("SELECT count(*) FROM pg_tables WHERE schemaname = 'argosy' AND tablename = :a", name)
          : sql.row<std::int64_t>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :a", name);
  return std::get<0>(*row) > 0;
}

void finish(Sql& sql) {
  or_throw(sql, sql.write([&] {
    if (sql.postgresql()) sql.script("SELECT pg_advisory_xact_lock(7214)");
    const std::int64_t mine = migrations(sql.dialect()).back().number;
    if (version(sql) != mine)
      refuse("the catalog has schema " + std::to_string(version(sql)) + ", this program " + std::to_string(mine) +
             ": `argosy catalog migrate` of the newest program comes first");
    for (const auto& [master, build, schema] : sql.rows<std::string, std::string, std::int64_t>(
             "SELECT m.master, m.build, coalesce(p.schema, 2) FROM masters m LEFT JOIN programs p ON p.master = m.master AND "
             "p.session = m.session WHERE coalesce(p.schema, 2) < :a ORDER BY m.master",
             mine))
      refuse("master " + master + " (build " + build + ", schema " + std::to_string(schema) +
             ") is registered and still works by the older schema: upgrade and restart it first, or stop it in good order");
    const std::int64_t least = std::get<0>(*sql.row<std::int64_t>("SELECT max(least) FROM migrations"));
    for (const Migration& each : finishing(sql.dialect()))
      if (each.number > least) sql.script(std::string(each.text));
    sql.run("UPDATE migrations SET least = :a WHERE number = :b", mine, mine);
    return Done{};
  }));
}

void check_schema(Sql& sql) {
  or_throw(sql, sql.read([&] {
    const std::string where = "catalog " + sql.address();
    if (!has_tables(sql))
      throw Failure{Trouble::schema, where + " has no tables: run `argosy catalog migrate`"};
    const std::int64_t mine = migrations(sql.dialect()).back().number;
    const std::int64_t theirs = version(sql);
    if (theirs < kLeastTables)
      throw Failure{Trouble::schema, where + " has schema " + std::to_string(theirs) +
                                         ", older than what this program can work on, " +
                                         std::to_string(kLeastTables) +
                                         ": run `argosy catalog migrate`"};
    const std::int64_t least = std::get<0>(*sql.row<std::int64_t>("SELECT max(least) FROM migrations"));
    if (least > mine)
      throw Failure{Trouble::schema, where + " has schema " + std::to_string(theirs) +
                                         ", which needs a program of schema " + std::to_string(least) +
                                         " or newer; this one has " + std::to_string(mine) +
                                         ": upgrade this program"};
    return Done{};
  }));
}

}  // namespace argosy::catalog
