#include "catalog/projects.h"

#include <algorithm>

#include "base/sha256.h"
#include "catalog/fields.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
std::uint64_t u64(int64_t n) {
  return static_cast<std::uint64_t>(n);
}

std::string version_of(const Deployment& deployment, const std::vector<Plan>& plans) {
  std::vector<std::string> parts = {"argosy project version 1", deployment.project, deployment.content};
  for (const Plan& plan : plans) parts.push_back(plan.digest);
  return Sha256::hex_of(pack(parts));
}

bool complete(Sql& sql, const std::string& digest) {
  return sql.row<int64_t>("SELECT 1 FROM contents WHERE digest = :a AND complete = 1", digest).has_value();
}

void store_plan(Sql& sql, const Plan& plan) {
  sql.run("INSERT INTO plans VALUES (:a, BYTES(:b)) ON CONFLICT DO NOTHING", plan.digest, Bytes{plan.body});
  for (const auto& content : plan.contents)
    sql.run("INSERT INTO plan_contents VALUES (:a, :b) ON CONFLICT DO NOTHING", plan.digest, content);
}

void check_content(Sql& sql, const Deployment& deployment, const std::vector<Plan>& plans) {
  std::vector<std::string> wanted;
  if (!deployment.content.empty()) wanted.push_back(deployment.content);
  for (const Plan& plan : plans) wanted.insert(wanted.end(), plan.contents.begin(), plan.contents.end());
  for (const auto& digest : wanted)
    if (!complete(sql, digest))
      refuse("content " + digest + " of project " + deployment.project + " is not complete: put it first");
}

bool store_version(Sql& sql, const Deployment& d, const std::string& version,
                   const std::vector<Plan>& plans) {
  if (sql.run("INSERT INTO versions VALUES (:a, :b, :c, :d, :e, :f) ON CONFLICT DO NOTHING", d.project,
              version, d.content, d.manifest, d.at.us, d.who) == 0)
    return false;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    store_plan(sql, plans[i]);
    sql.run("INSERT INTO packages VALUES (:a, :b, :c, :d, :e)", d.project, version, i, d.packages[i].name,
            plans[i].digest);
  }
  return true;
}

std::string newest(Sql& sql, const std::string& project) {
  const auto row = sql.row<std::string>("SELECT version FROM projects WHERE project = :a", project);
  return row ? std::get<0>(*row) : "";
}

Package decoded(const std::string& digest, const Bytes& body) {
  auto package = package_of(body.data, digest);
  if (!package) throw Failure{Trouble::schema, package.error().message};
  return std::move(*package);
}

struct Stock {
  std::uint64_t total = 0, stored = 0, items = 0;
  bool complete = false;
  int64_t put_at = 0;  // grows with each piece: what was hashed is what is there as long as this stands

  bool whole() const { return total > 0 && stored == total; }
};

std::optional<Stock> stock_of(Sql& sql, const std::string& digest) {
  const auto row = sql.row<int64_t, int64_t, int64_t, int64_t, int64_t>(
      "SELECT total, stored, items, complete, put_at FROM contents WHERE digest = :a", digest);
  if (!row) return std::nullopt;
  const auto& [total, stored, items, complete, put_at] = *row;
  return Stock{u64(total), u64(stored), u64(items), complete != 0, put_at};
}

void check_piece(const ContentPut& put) {
  if (put.total == 0 || put.data.empty() || put.data.size() > kPieceBytes || put.offset % kPieceBytes != 0 ||
      put.offset + put.data.size() > put.total ||
      (put.data.size() < kPieceBytes && put.offset + put.data.size() != put.total))
    refuse("content " + put.digest +
           ": a piece must begin at a multiple of 262144 and be 262144 bytes long, but for the last");
}

// How much there is then.
std::uint64_t store_piece(Sql& sql, const ContentPut& put) {
  check_piece(put);
  sql.run("INSERT INTO contents VALUES (:a, :b, 0, 0, 0, :c) ON CONFLICT DO NOTHING", put.digest, put.total,
          put.at.us);
  const Stock stock = *stock_of(sql, put.digest);
  if (stock.total != put.total)
    refuse("content " + put.digest + ": was " + std::to_string(stock.total) + " bytes before, now " +
           std::to_string(put.total));
  const int64_t at = std::max(put.at.us, stock.put_at + 1);
  if (stock.whole() && !stock.complete) return stock.stored;  // somebody may be hashing it: see settle()
  if (stock.complete || put.offset != stock.stored) {
    sql.run("UPDATE contents SET put_at = :a WHERE digest = :b", at, put.digest);
    return stock.stored;
  }
  const auto values = static_cast<std::uint64_t>(std::count(put.data.begin(), put.data.end(), '\0'));
  const std::uint64_t end = put.offset + put.data.size();
  if (sql.run("UPDATE contents SET stored = :a, items = :b, put_at = :c WHERE digest = :d AND stored = :e",
              end, stock.items + values, at, put.digest, put.offset) == 0)
    return stock_of(sql, put.digest)->stored;  // another put was faster
  sql.run("INSERT INTO pieces VALUES (:a, :b, :c, BYTES(:d))", put.digest, put.offset, stock.items,
          Bytes{put.data});
  return end;
}

// Of a content whose pieces are all there, until it is complete or begins anew.
struct Hashed {
  Stock stock;
  bool right = false;
};

Hashed hash(Sql& sql, const std::string& digest) {
  Hashed out{stock_of(sql, digest).value_or(Stock{}), false};
  if (out.stock.complete || !out.stock.whole()) return out;
  Sha256 sum;
  sql.each("SELECT data FROM pieces WHERE digest = :a ORDER BY start", {digest}, {Kind::bytes},
           [&](std::vector<Value>& cells) { sum.add(std::get<Bytes>(cells[0]).data); });
  out.right = sum.finish_hex() == digest;
  return out;
}

// False: another settled it before, or it began anew: what is there now was not hashed. A put that repeats a piece changes
// nothing meanwhile, or two that put the same would make each other hash again and again; its time is put down here.
bool settle(Sql& sql, const std::string& digest, const Hashed& hashed, WallTime at) {
  const int64_t put_at = hashed.right ? std::max(at.us, hashed.stock.put_at) : hashed.stock.put_at;
  const char* const verdict = hashed.right ? "complete = 1" : "stored = 0, items = 0";
  if (sql.run(std::string("UPDATE contents SET ") + verdict +
                  ", put_at = :a WHERE digest = :b AND complete = 0 AND put_at = :c",
              put_at, digest, hashed.stock.put_at) == 0)
    return false;
  if (!hashed.right) sql.run("DELETE FROM pieces WHERE digest = :a", digest);
  return true;
}

// Reads up to a gigabyte, and so outside of any write: others commit meanwhile. Where it is broken off, the next put begins
// it again.
Result<std::uint64_t> complete_content(Sql& sql, const std::string& digest, WallTime at) {
  while (true) {
    const auto hashed = sql.read([&] { return hash(sql, digest); });
    if (!hashed) return hashed.error();
    if (hashed->stock.complete || !hashed->stock.whole()) return hashed->stock.stored;
    const auto settled = sql.write([&] { return settle(sql, digest, *hashed, at); });
    if (!settled) return settled.error();
    if (!*settled) continue;
    if (hashed->right) return hashed->stock.total;
    sql.set_trouble(Trouble::refused);
    return Error{"content " + digest + ": its bytes have another SHA-256: put it again from 0"};
  }
}

}  // namespace

Result<Deployed> deploy(Catalog& catalog, const Deployment& deployment) {
  Sql& sql = catalog.sql();
  std::vector<Plan> plans;
  for (const Package& package : deployment.packages) plans.push_back(plan_of(package));
  const std::string version = version_of(deployment, plans);
  return sql.write([&] {
    check_content(sql, deployment, plans);
    const bool created = store_version(sql, deployment, version, plans);
    sql.run(
        "INSERT INTO projects VALUES (:a, :b) ON CONFLICT (project) DO UPDATE SET version = excluded.version",
        deployment.project, version);
    return Deployed{version, created};
  });
}

Result<std::vector<ProjectSummary>> list_projects(Catalog& catalog, const std::string& after,
                                                  std::uint32_t limit) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<ProjectSummary> out;
    auto rows = sql.rows<std::string, std::string, int64_t, std::string, int64_t>(
        "SELECT p.project, p.version, v.deployed_at, v.deployed_by, (SELECT count(*) FROM versions w WHERE "
        "w.project = p.project) "
        "FROM projects p JOIN versions v ON v.project = p.project AND v.version = p.version WHERE p.project "
        "> :a "
        "ORDER BY p.project LIMIT :b",
        after, limit);
    for (auto& [project, version, at, by, versions] : rows) {
      ProjectSummary& s = out.emplace_back(ProjectSummary{project, version, {}, {at}, by, u64(versions)});
      for (auto& [name] : sql.rows<std::string>(
               "SELECT package FROM packages WHERE project = :a AND version = :b ORDER BY position", project,
               version))
        s.packages.push_back(name);
    }
    return out;
  });
}

Result<std::optional<ProjectVersion>> read_project(Catalog& catalog, const std::string& project,
                                                   const std::string& version) {
  Sql& sql = catalog.sql();
  return sql.read([&]() -> std::optional<ProjectVersion> {
    const std::string wanted = version.empty() ? newest(sql, project) : version;
    auto row = sql.row<std::string, std::string, int64_t, std::string>(
        "SELECT content, manifest, deployed_at, deployed_by FROM versions WHERE project = :a AND version = "
        ":b",
        project, wanted);
    if (!row) return std::nullopt;
    auto& [content, manifest, at, by] = *row;
    ProjectVersion out{project, wanted, content, manifest, {at}, by, {}};
    for (auto& [digest, body] :
         sql.rows<std::string, Bytes>("SELECT q.plan, l.body FROM packages q JOIN plans l ON l.digest = "
                                      "q.plan WHERE q.project = :a AND q.version = :b "
                                      "ORDER BY q.position",
                                      project, wanted))
      out.packages.push_back(decoded(digest, body));
    return out;
  });
}

Result<std::optional<PackageFound>> read_package(Catalog& catalog, const std::string& project,
                                                 const std::string& version, const std::string& package) {
  Sql& sql = catalog.sql();
  return sql.read([&]() -> std::optional<PackageFound> {
    const std::string wanted = version.empty() ? newest(sql, project) : version;
    const auto row = sql.row<std::string>("SELECT content FROM versions WHERE project = :a AND version = :b",
                                          project, wanted);
    if (!row) return std::nullopt;
    PackageFound out{wanted, std::get<0>(*row), {}, {}};
    for (auto& [name, digest] : sql.rows<std::string, std::string>(
             "SELECT package, plan FROM packages WHERE project = :a AND version = :b ORDER BY position",
             project, wanted)) {
      out.names.push_back(name);
      if (name != package) continue;
      const auto body = sql.row<Bytes>("SELECT body FROM plans WHERE digest = :a", digest);
      if (!body) throw Failure{Trouble::schema, "the plan of package " + name + " is missing"};
      out.package = decoded(digest, std::get<0>(*body));
    }
    return out;
  });
}

Result<bool> remove_project(Catalog& catalog, const std::string& project, const Deed& deed) {
  Sql& sql = catalog.sql();
  return sql.write([&] {
    const auto active = sql.row<int64_t>(
        "SELECT id FROM executions WHERE project = :a AND status IN (1, 2, 5, 8) ORDER BY id LIMIT 1",
        project);
    if (active)
      refuse("project " + project + ": execution " + std::to_string(std::get<0>(*active)) +
             " has not ended: cancel it or wait for it");
    sql.run("DELETE FROM packages WHERE project = :a", project);
    sql.run("DELETE FROM projects WHERE project = :a", project);
    return note_deed(sql, deed, sql.run("DELETE FROM versions WHERE project = :a", project) > 0);
  });
}

Result<std::uint64_t> put_content(Catalog& catalog, const ContentPut& put) {
  Sql& sql = catalog.sql();
  const auto stored = sql.write([&] { return store_piece(sql, put); });
  if (!stored || *stored != put.total) return stored;
  return complete_content(sql, put.digest, put.at);
}

Result<ContentState> content_state(Catalog& catalog, const std::string& digest) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    const auto stock = stock_of(sql, digest);
    return stock ? ContentState{stock->stored, stock->total, stock->complete} : ContentState{};
  });
}

Result<std::string> read_content(Catalog& catalog, const std::string& digest, std::uint64_t offset,
                                 std::uint32_t length) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::string out;
    if (!complete(sql, digest)) return out;
    const std::uint64_t first = offset / kPieceBytes * kPieceBytes;
    sql.each("SELECT data FROM pieces WHERE digest = :a AND start >= :b AND start < :c ORDER BY start",
             {digest, static_cast<int64_t>(first), static_cast<int64_t>(offset + length)}, {Kind::bytes},
             [&](std::vector<Value>& cells) { out += std::get<Bytes>(cells[0]).data; });
    const std::size_t skip = std::min<std::size_t>(offset - first, out.size());
    return out.substr(skip, length);
  });
}

Result<std::vector<std::string>> read_items(Catalog& catalog, const std::string& digest, ItemNo first,
                                            std::uint64_t count) {
  Sql& sql = catalog.sql();
  return sql.read([&] {
    std::vector<std::string> out;
    if (count == 0 || !complete(sql, digest)) return out;
    // The piece in which the first value begins: the last one with fewer NULs before it, or, for value 0, the
    // first piece.
    const auto from = sql.row<int64_t, int64_t>(
        "SELECT start, first_item FROM pieces WHERE digest = :a AND (first_item < :b OR start = 0) ORDER BY "
        "start DESC LIMIT 1",
        digest, first.value);
    if (!from) return out;
    std::uint64_t item = u64(std::get<1>(*from));
    std::string value;
    for (std::uint64_t start = u64(std::get<0>(*from)); out.size() < count; start += kPieceBytes) {
      const auto piece =
          sql.row<Bytes>("SELECT data FROM pieces WHERE digest = :a AND start = :b", digest, start);
      if (!piece) break;
      for (const char c : std::get<0>(*piece).data) {
        if (c != '\0') {
          if (item >= first.value) value += c;
          continue;
        }
        if (item++ >= first.value) out.push_back(std::move(value));
        value.clear();
        if (out.size() == count) break;
      }
    }
    return out;
  });
}

}  // namespace argosy::catalog
