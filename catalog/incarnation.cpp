#include "catalog/incarnation.h"

#include <charconv>
#include <random>

#include "catalog/migrations.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

// Far above: what happens once a second needs 136 years to come so far after the backup.
constexpr std::int64_t kBeyondABackup = std::int64_t{1} << 32;

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + std::min<std::size_t>(text.size(), 16);
  const auto parsed = std::from_chars(text.data(), end, number, 16);
  if (text.size() < 16 || parsed.ec != std::errc() || parsed.ptr != end)
    refuse("the catalog's property incarnation is '" + text + "', not hexadecimal digits: `argosy catalog restored` makes a new one");
  return number == 0 ? 1 : number;
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
    sql.run("INSERT INTO properties VALUES ('incarnation', :a) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            incarnation);
    Restored restored;
    restored.incarnation = number_of(incarnation);
    restored.shards = static_cast<std::uint64_t>(sql.run("UPDATE shards SET term = term + :a, master = ''", kBeyondABackup));
    sql.run("UPDATE properties SET value = CAST(CAST(value AS BIGINT) + :a AS TEXT) WHERE name = 'fleet_serial'", kBeyondABackup);
    sql.run("DELETE FROM masters");
    sql.run("INSERT INTO operations(at, who, verb, object, detail, source) VALUES (:a, :b, 'catalog.restored', 'catalog', :c, '')",
            now.us, who, "incarnation " + incarnation.substr(0, 16));
    return restored;
  });
}

}  // namespace argosy::catalog
