#include "catalog/migrations.h"

#include <random>

namespace argosy::catalog {
namespace {

bool has_tables(Sql& sql) {
  const auto row =
      sql.postgresql()
          ? sql.row<std::int64_t>(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'argosy' AND tablename = 'migrations'")
          : sql.row<std::int64_t>(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migrations'");
  return std::get<0>(*row) > 0;
}

std::int64_t version(Sql& sql) {
  return std::get<0>(*sql.row<std::int64_t>("SELECT coalesce(max(number), 0) FROM migrations"));
}

// A new catalog's own name: 128 random bits.
std::string new_incarnation() {
  std::random_device device;
  std::string out;
  for (int i = 0; i < 32; ++i) out += "0123456789abcdef"[device() & 15];
  return out;
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

void check_schema(Sql& sql) {
  or_throw(sql, sql.read([&] {
    const std::string where = "catalog " + sql.address();
    if (!has_tables(sql))
      throw Failure{Trouble::schema, where + " has no tables: run `argosy catalog migrate`"};
    const std::int64_t mine = migrations(sql.dialect()).back().number;
    const std::int64_t theirs = version(sql);
    if (theirs < mine)
      throw Failure{Trouble::schema, where + " has schema " + std::to_string(theirs) +
                                         ", older than this program's " + std::to_string(mine) +
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
