#include "catalog/clean.h"

#include <algorithm>

#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
std::uint64_t u64(int64_t n) {
  return static_cast<std::uint64_t>(n);
}

// On PostgreSQL a function does it, which may delete where the login may not; on tables of schema 2 it is not there yet.
void forget_output(Sql& sql, int64_t execution) {
  if (sql.postgresql() && std::get<0>(*sql.row<int64_t>(
                              "SELECT CAST(to_regprocedure('argosy_output.forget(bigint)') IS NOT NULL AS int)")) != 0)
    (void)sql.row<int64_t>("SELECT argosy_output.forget(:a)", execution);
  else
    sql.run("DELETE FROM chunks WHERE execution = :a", execution);
}

// Executions that ended before `before`, with all that is theirs. Their keys live on until forget_at.
std::uint64_t clean_executions(Sql& sql, const Retention& retention, WallTime now) {
  const auto old = sql.rows<int64_t, int64_t>(
      "SELECT id, ended_at FROM executions WHERE status NOT IN (1, 2, 5, 8) AND ended_at > 0 AND ended_at < "
      ":a ORDER BY id LIMIT :b",
      now.us - retention.executions.us, retention.batch);
  for (const auto& [id, ended_at] : old) {
    sql.run(
        "UPDATE keys SET forget_at = :a WHERE (submitter, key) = (SELECT submitter, key FROM executions "
        "WHERE id = :b) AND "
        "execution = :c",
        std::max<int64_t>(1, ended_at + retention.keys.us), id, id);
    forget_output(sql, id);
    for (const char* table : {"attempts", "open_attempts", "tasks"})
      sql.run(std::string("DELETE FROM ") + table + " WHERE execution = :a", id);
    sql.run("DELETE FROM executions WHERE id = :a", id);
  }
  return old.size();
}

std::uint64_t clean_versions(Sql& sql, const Retention& retention, WallTime now) {
  const auto old = sql.rows<std::string, std::string>(
      "SELECT v.project, v.version FROM versions v WHERE v.deployed_at < :a AND NOT EXISTS (SELECT 1 FROM "
      "projects p WHERE "
      "p.project = v.project AND p.version = v.version) AND NOT EXISTS (SELECT 1 FROM executions x WHERE "
      "x.version = v.version "
      "AND x.version <> '') LIMIT :b",
      now.us - retention.versions.us, retention.batch);
  for (const auto& [project, version] : old) {
    sql.run("DELETE FROM packages WHERE project = :a AND version = :b", project, version);
    sql.run("DELETE FROM versions WHERE project = :a AND version = :b", project, version);
  }
  return old.size();
}

std::uint64_t clean_plans(Sql& sql, const Retention& retention) {
  const auto unused = sql.rows<std::string>(
      "SELECT l.digest FROM plans l WHERE NOT EXISTS (SELECT 1 FROM executions x WHERE x.plan = l.digest) "
      "AND NOT EXISTS (SELECT 1 "
      "FROM packages q WHERE q.plan = l.digest) LIMIT :a",
      retention.batch);
  for (const auto& [digest] : unused) {
    sql.run("DELETE FROM plan_contents WHERE plan = :a", digest);
    sql.run("DELETE FROM plans WHERE digest = :a", digest);
  }
  return unused.size();
}

std::uint64_t clean_contents(Sql& sql, const Retention& retention, WallTime now) {
  const auto unused = sql.rows<std::string>(
      "SELECT c.digest FROM contents c WHERE c.put_at < :a AND NOT EXISTS (SELECT 1 FROM executions x WHERE "
      "x.content = c.digest "
      "AND x.content <> '') AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.content = c.digest AND "
      "v.content <> '') AND NOT "
      "EXISTS (SELECT 1 FROM plan_contents l WHERE l.content = c.digest) LIMIT :b",
      now.us - retention.content.us, retention.batch);
  for (const auto& [digest] : unused) {
    sql.run("DELETE FROM pieces WHERE digest = :a", digest);
    sql.run("DELETE FROM contents WHERE digest = :a", digest);
  }
  return unused.size();
}

}  // namespace

Result<Cleaned> clean(Catalog& catalog, const Retention& retention, WallTime now) {
  Sql& sql = catalog.sql();
  Cleaned done;
  // One transaction for each kind: a referee that objects (a plan that is just taken up again) stops only its
  // own kind.
  const auto step = [&](std::uint64_t& count, auto act) {
    const auto result = sql.write([&] { return act(); });
    if (result.ok())
      count = *result;
    else if (sql.trouble() != Trouble::refused)
      return std::optional<Error>(result.error());
    if (count >= retention.batch) done.more = true;
    return std::optional<Error>();
  };
  const auto limit = retention.batch;
  std::optional<Error> trouble = step(done.executions, [&] { return clean_executions(sql, retention, now); });
  if (!trouble) trouble = step(done.versions, [&] { return clean_versions(sql, retention, now); });
  if (!trouble) trouble = step(done.plans, [&] { return clean_plans(sql, retention); });
  if (!trouble) trouble = step(done.contents, [&] { return clean_contents(sql, retention, now); });
  if (!trouble)
    trouble = step(done.keys, [&] {
      return u64(
          sql.run("DELETE FROM keys WHERE (submitter, key) IN (SELECT submitter, key FROM keys WHERE "
                  "forget_at > 0 AND "
                  "forget_at < :a LIMIT :b)",
                  now.us, limit));
    });
  if (!trouble)
    trouble = step(done.operations, [&] {
      return u64(sql.run(
          "DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE at < :a ORDER BY id LIMIT :b)",
          now.us - retention.operations.us, limit * 20));
    });
  if (trouble) return *trouble;
  return done;
}

}  // namespace argosy::catalog
