#include "catalog/fleet.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "catalog/fields.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
using S = std::string;

void move_serial(Sql& sql) {
  sql.run(
      "UPDATE properties SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'fleet_serial'");
}

Party party_of(int64_t role, S name, S key, int64_t state, int64_t added_at) {
  return {
      static_cast<Role>(role), std::move(name), std::move(key), static_cast<PartyState>(state), {added_at}};
}

Result<std::map<S, std::uint64_t>> count_attempts(Catalog& catalog, const char* by_worker) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::map<S, std::uint64_t> out;
    for (auto& [worker, count] : sql.rows<S, int64_t>(by_worker)) out[worker] = static_cast<std::uint64_t>(count);
    return out;
  });
}

S property(Sql& sql, const S& name) {
  const auto row = sql.row<S>("SELECT value FROM properties WHERE name = :a", name);
  return row ? std::get<0>(*row) : S();
}

void put_property(Sql& sql, const S& name, const S& value) {
  sql.run("INSERT INTO properties VALUES (:a, :b) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}

Endpoint endpoint_of(Sql& sql) {
  return {std::strtoull(property(sql, "endpoint_serial").c_str(), nullptr, 10), property(sql, "endpoint"),
          property(sql, "endpoint_certificates")};
}

std::vector<WorkerRecord> workers_where(Sql& sql, const S& condition, const std::vector<Value>& values) {
  constexpr auto N = Kind::number, T = Kind::text;
  std::vector<WorkerRecord> out;
  sql.each(
      "SELECT p.name, p.key, p.state, p.added_at, w.draining, w.tags, w.session, w.host, w.machine_id, "
      "w.boot_id, w.build, "
      "w.connected_at, w.last_seen FROM parties p JOIN workers w ON w.worker = p.name WHERE p.role = 3 AND " +
          condition + " ORDER BY p.name",
      values, {T, T, N, N, N, T, N, T, T, T, T, N, N}, [&](std::vector<Value>& c) {
        const auto number = [&](int i) { return std::get<int64_t>(c[static_cast<std::size_t>(i)]); };
        const auto text = [&](int i) { return std::get<S>(c[static_cast<std::size_t>(i)]); };
        WorkerRecord& w = out.emplace_back();
        w.party = party_of(static_cast<int64_t>(Role::worker), text(0), text(1), number(2), number(3));
        w.draining = number(4) != 0;
        w.tags = unpack_list(text(5));
        w.session = {static_cast<std::uint64_t>(number(6))};
        w.host = {text(7), text(8), text(9)};
        w.build = text(10);
        w.connected_at = {number(11)};
        w.last_seen = {number(12)};
      });
  return out;
}

// A key or name that another party has.
void check_party(Sql& sql, const Party& party) {
  const auto other = sql.row<S>("SELECT name FROM parties WHERE key = :a AND NOT (role = :b AND name = :c)",
                                party.key, static_cast<int64_t>(party.role), party.name);
  if (other)
    refuse("key " + party.key + " belongs to " + std::get<0>(*other) +
           " already: each party needs a key of its own");
  const auto mine = sql.row<S>("SELECT key FROM parties WHERE role = :a AND name = :b",
                               static_cast<int64_t>(party.role), party.name);
  if (mine && std::get<0>(*mine) != party.key)
    refuse(party.name + " has another key, " + std::get<0>(*mine) +
           ": remove it, and choose another name for the new key");
}

}  // namespace

Status add_party(Catalog& catalog, const Party& party) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    if (!is_clean_text(party.name) || !is_clean_text(party.key))
      refuse("a party's name or key is not UTF-8 text");
    check_party(sql, party);
    int64_t changed = sql.run("INSERT INTO parties VALUES (:a, :b, :c, :d, :e) ON CONFLICT DO NOTHING",
                              static_cast<int64_t>(party.role), party.name, party.key,
                              static_cast<int64_t>(party.state), party.added_at.us);
    if (changed == 0)
      changed = sql.run(
          "UPDATE parties SET state = :a, added_at = :b WHERE role = :c AND name = :d AND state = 3",
          static_cast<int64_t>(party.state), party.added_at.us, static_cast<int64_t>(party.role), party.name);
    if (party.role == Role::worker)
      sql.run("INSERT INTO workers(worker) VALUES (:a) ON CONFLICT DO NOTHING", party.name);
    if (changed) move_serial(sql);
    return Done{};
  });
}

Result<bool> set_party_state(Catalog& catalog, Role role, const std::string& name, PartyState state) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    const auto before = sql.row<int64_t>("SELECT state FROM parties WHERE role = :a AND name = :b AND state <> :c",
                                         static_cast<int64_t>(role), name, static_cast<int64_t>(PartyState::removed));
    if (!before) return false;
    if (std::get<0>(*before) == static_cast<int64_t>(state)) return true;
    sql.run("UPDATE parties SET state = :a WHERE role = :b AND name = :c", static_cast<int64_t>(state),
            static_cast<int64_t>(role), name);
    move_serial(sql);
    return true;
  });
}

Result<bool> remove_party(Catalog& catalog, Role role, const std::string& name, const Deed& deed) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    const auto removed = static_cast<int64_t>(PartyState::removed);
    const bool changed = sql.run("UPDATE parties SET state = :a WHERE role = :b AND name = :c AND state <> :d", removed,
                                 static_cast<int64_t>(role), name, removed) > 0;
    if (changed) move_serial(sql);
    return note_deed(sql, deed, changed);
  });
}

Result<std::vector<Party>> list_parties(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<Party> out;
    for (auto& [role, name, key, state, at] : sql.rows<int64_t, S, S, int64_t, int64_t>(
             "SELECT role, name, key, state, added_at FROM parties ORDER BY role, name"))
      out.push_back(party_of(role, name, key, state, at));
    return out;
  });
}

Result<std::uint64_t> fleet_serial(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    const auto row =
        sql.row<int64_t>("SELECT CAST(value AS BIGINT) FROM properties WHERE name = 'fleet_serial'");
    return row ? static_cast<std::uint64_t>(std::get<0>(*row)) : 0;
  });
}

Result<bool> set_worker(Catalog& catalog, const std::string& worker, std::optional<bool> draining,
                        const std::optional<std::vector<std::string>>& tags) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    const bool there = sql.row<int64_t>("SELECT 1 FROM workers WHERE worker = :a", worker).has_value();
    int64_t changed = 0;
    if (draining)
      changed += sql.run("UPDATE workers SET draining = :a WHERE worker = :b AND draining <> :c",
                         *draining ? 1 : 0, worker, *draining ? 1 : 0);
    if (tags)
      changed += sql.run("UPDATE workers SET tags = :a WHERE worker = :b AND tags <> :c", pack(*tags), worker,
                         pack(*tags));
    if (changed > 0) move_serial(sql);
    return there;
  });
}

Result<std::vector<WorkerRecord>> list_workers(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] { return workers_where(sql, "p.state <> 3", {}); });
}

Result<std::optional<WorkerRecord>> read_worker(Catalog& catalog, const std::string& worker) {
  Sql& sql = catalog.sql();
  return sql.read([&]() -> std::optional<WorkerRecord> {
    auto found = workers_where(sql, "p.name = :a", {worker});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  });
}

Status saw_workers(Catalog& catalog, const std::vector<WorkerSeen>& seen) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    for (const WorkerSeen& w : seen)
      sql.run(
          "UPDATE workers SET session = :a, host = :b, machine_id = :c, boot_id = :d, build = :e, "
          "connected_at = :f, "
          "last_seen = :g WHERE worker = :h",
          w.session.value, w.host.name, w.host.machine_id, w.host.boot_id, w.build, w.connected_at.us,
          w.last_seen.us, w.worker);
    return Done{};
  });
}

Result<std::map<std::string, std::uint64_t>> open_attempts_by_worker(Catalog& catalog) {
  return count_attempts(catalog, "SELECT worker, count(*) FROM open_attempts WHERE state IN (3, 4) GROUP BY worker");
}

Result<std::map<std::string, std::uint64_t>> running_attempts_by_worker(Catalog& catalog) {
  return count_attempts(catalog, "SELECT worker, count(*) FROM open_attempts WHERE state = 4 GROUP BY worker");
}

Result<std::optional<std::string>> read_property(Catalog& catalog, const std::string& name) {
  Sql& sql = catalog.sql();
  return sql.read([&]() -> std::optional<S> {
    const auto row = sql.row<S>("SELECT value FROM properties WHERE name = :a", name);
    if (!row) return std::nullopt;
    return std::get<0>(*row);
  });
}

Status set_property(Catalog& catalog, const std::string& name, const std::string& value) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    put_property(sql, name, value);
    return Done{};
  });
}

Result<Endpoint> read_endpoint(Catalog& catalog) {
  Sql& sql = catalog.sql();
  return sql.read([&] { return endpoint_of(sql); });
}

Result<Endpoint> set_endpoint(Catalog& catalog, const std::string& endpoint, const std::string& certificates, WallTime now) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    move_serial(sql);  // first: of two at a time the second waits here
    Endpoint stands = endpoint_of(sql);
    if (stands.endpoint == endpoint && stands.certificates == certificates) return stands;
    const auto clock = static_cast<std::uint64_t>(std::max<int64_t>(now.us / 1'000'000, 1));
    stands = {std::max(stands.serial + 1, clock), endpoint, certificates};
    put_property(sql, "endpoint_serial", std::to_string(stands.serial));
    put_property(sql, "endpoint", endpoint);
    put_property(sql, "endpoint_certificates", certificates);
    return stands;
  });
}

}  // namespace argosy::catalog
