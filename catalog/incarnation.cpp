#include "catalog/incarnation.h"

#include <algorithm>
#include <charconv>
#include <random>

#include "catalog/migrations.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

constexpr std::int64_t kIdsBeyondABackup = 1'000'000;  // of executions: people type them

constexpr std::int64_t kASecond = std::int64_t{1} << 20;
constexpr std::int64_t kLeast = std::int64_t{1} << 33;  // where the clock tells nothing: protocol.md wants terms of 2^32 and more

// Above all that was counted since the backup, which is no million a second. It follows the clock, so that a backup may be
// restored twice. What stands at the clock already (restored a moment ago) goes on by a second of it, two of the leaps by which
// a broker knows a restore: further ahead, it would be above an older backup that is restored next.
std::int64_t beyond(std::int64_t backup, WallTime now) {
  return std::max({backup + kASecond, now.us / 1'000'000 * kASecond, kLeast});
}

std::int64_t number_in(Sql& sql, const char* query) { return std::get<0>(*sql.row<std::int64_t>(query)); }

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + std::min<std::size_t>(text.size(), 16);
  const auto parsed = std::from_chars(text.data(), end, number, 16);
  if (text.size() < 16 || parsed.ec != std::errc() || parsed.ptr != end)
    refuse("the catalog's property incarnation is '" + text + "', not hexadecimal digits: `argosy catalog restored` makes a new one");
  return number == 0 ? 1 : number;
}

void put(Sql& sql, const char* name, const std::string& value) {
  sql.run("INSERT INTO properties VALUES (:a, :b) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
void put(Sql& sql, const char* name, std::int64_t value) { put(sql, name, std::to_string(value)); }

// Ids that submitters were told after the backup are given to nobody else.
void skip_ids(Sql& sql) {
  if (sql.postgresql()) {
    (void)sql.row<std::int64_t>(
        "SELECT setval(s.ids, nextval(s.ids) + :a) FROM (SELECT CAST(pg_get_serial_sequence('argosy.executions', 'id') AS "
        "regclass) AS ids) s",
        kIdsBeyondABackup);
    return;
  }
  if (sql.run("UPDATE sqlite_sequence SET seq = seq + :a WHERE name = 'executions'", kIdsBeyondABackup) == 0)
    sql.run("INSERT INTO sqlite_sequence VALUES ('executions', :a)", kIdsBeyondABackup);
}

}  // namespace

std::string new_incarnation() {
  std::random_device device;
  std::string out;
  for (int i = 0; i < 32; ++i) out += "0123456789abcdef"[device() & 15];
  return out;
}

Result<std::uint64_t> read_incarnation(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    const auto row = sql.row<std::string>("SELECT value FROM properties WHERE name = 'incarnation'");
    return number_of(row ? std::get<0>(*row) : std::string());
  });
}

Result<Restored> begin_incarnation(Catalog& catalog, const std::string& who, WallTime now) {
  Sql& sql = catalog.sql();
  const std::string incarnation = new_incarnation();
  return sql.write([&] {
    put(sql, "incarnation", incarnation);
    Restored restored;
    restored.incarnation = number_of(incarnation);
    const std::int64_t terms = beyond(number_in(sql, "SELECT coalesce(max(term), 0) FROM shards"), now);
    restored.shards = static_cast<std::uint64_t>(sql.run("UPDATE shards SET term = :a, master = ''", terms));
    put(sql, "terms_from", terms);  // of shards that the backup does not know
    put(sql, "fleet_serial", beyond(number_in(sql, "SELECT CAST(value AS BIGINT) FROM properties WHERE name = 'fleet_serial'"), now));
    skip_ids(sql);
    sql.run("DELETE FROM masters");
    sql.run("INSERT INTO operations(at, who, verb, object, detail, source) VALUES (:a, :b, 'catalog.restored', 'catalog', :c, '')",
            now.us, who, "incarnation " + incarnation.substr(0, 16));
    return restored;
  });
}

}  // namespace argosy::catalog
