// Masters, and the shards that they share: the part of fleet.h that each master tells of itself.
#include <algorithm>
#include <cstdint>

#include "catalog/fleet.h"
#include "catalog/migrations.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
using S = std::string;

constexpr Duration kForgottenAfter = seconds(60);  // a master that is not seen for so long does not run

void see(Sql& sql, const MasterRecord& m) {
  sql.run(
      "INSERT INTO masters VALUES (:a, :b, :c, :d, :e, :f, :g, :h) ON CONFLICT (master) DO UPDATE SET "
      "session = "
      "excluded.session, host = excluded.host, machine_id = excluded.machine_id, boot_id = "
      "excluded.boot_id, build = "
      "excluded.build, since = excluded.since, last_seen = excluded.last_seen",
      m.master, m.session.value, m.host.name, m.host.machine_id, m.host.boot_id, m.build, m.since.us,
      m.last_seen.us);
  if (has_table(sql, "programs"))  // not on tables of schema 2
    sql.run(
        "INSERT INTO programs VALUES (:a, :b, :c) ON CONFLICT (master) DO UPDATE SET session = excluded.session, schema = "
        "excluded.schema",
        m.master, m.session.value, migrations(sql.dialect()).back().number);
}

}  // namespace

Status saw_master(Catalog& catalog, const MasterRecord& master) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    see(sql, master);
    return Done{};
  });
}

Result<std::vector<MasterRecord>> list_masters(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<MasterRecord> out;
    for (auto& [name, session, host, machine, boot, build, since, seen] :
         sql.rows<S, int64_t, S, S, S, S, int64_t, int64_t>(
             "SELECT master, session, host, machine_id, boot_id, build, since, last_seen FROM masters ORDER "
             "BY master"))
      out.push_back(
          {name, {static_cast<std::uint64_t>(session)}, {host, machine, boot}, build, {since}, {seen}});
    return out;
  });
}

Status forget_master(Catalog& catalog, const std::string& master) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    sql.run("DELETE FROM masters WHERE master = :a", master);
    return Done{};
  });
}

Result<std::vector<ShardRecord>> list_shards(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<ShardRecord> out;
    for (auto& [shard, term, master, taken, lease, grace] :
         sql.rows<int64_t, int64_t, S, int64_t, int64_t, int64_t>(
             "SELECT shard, term, master, taken_at, lease_us, grace_us FROM shards ORDER BY shard"))
      out.push_back({{{static_cast<std::uint32_t>(shard)}, {static_cast<std::uint64_t>(term)}},
                     master,
                     {taken},
                     {lease},
                     {grace}});
    return out;
  });
}

Status raise_shard_leases(Catalog& catalog, ShardId shard, Duration lease, Duration grace) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    sql.run("UPDATE shards SET lease_us = :a WHERE shard = :b AND lease_us < :c", lease.us, shard.value, lease.us);
    sql.run("UPDATE shards SET grace_us = :a WHERE shard = :b AND grace_us < :c", grace.us, shard.value, grace.us);
    return Done{};
  });
}

Status settle_shards(Catalog& catalog, const MasterRecord& master, std::uint32_t shards) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    const int64_t wanted = shards;
    const int64_t taken = std::get<0>(*sql.row<int64_t>("SELECT coalesce(max(shard) + 1, 0) FROM shards"));
    // Of two at a time the second waits here.
    sql.run("INSERT INTO properties VALUES ('shards', :a) ON CONFLICT (name) DO UPDATE SET value = properties.value",
            std::to_string(std::max(wanted, taken)));
    const auto [stands] = *sql.row<int64_t>("SELECT CAST(value AS BIGINT) FROM properties WHERE name = 'shards'");
    const auto other = sql.row<S>("SELECT master FROM masters WHERE master <> :a AND last_seen > :b ORDER BY last_seen DESC",
                                  master.master, master.last_seen.us - kForgottenAfter.us);
    if (wanted < stands || (wanted > stands && other)) {
      refuse("the masters of this catalog share " + std::to_string(stands) + " shards, this one's configuration says " +
             std::to_string(wanted) + ": `shards` must be the same for all of them. It can be raised while no other one runs" +
             (other ? " (" + std::get<0>(*other) + " does)" : "") + ", and never lowered");
    }
    if (wanted > stands) sql.run("UPDATE properties SET value = :a WHERE name = 'shards'", std::to_string(wanted));
    see(sql, master);
    return Done{};
  });
}

}  // namespace argosy::catalog
