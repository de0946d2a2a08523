#include "tests/sim/catalog_copy.h"

#include "base/check.h"
#include "catalog/sql.h"

namespace argosy::sim {
namespace {

// Never used again in this process: two worlds may live side by side.
std::string next_address() {
  static std::uint64_t last = 0;
  return "file:/copy-" + std::to_string(++last) + "?vfs=memdb";
}

}  // namespace

CatalogCopy::CatalogCopy(catalog::Catalog& of) : address_(next_address()) {
  catalog::Sql& sql = of.sql();
  sql.script("ATTACH '" + address_ + "' AS copy");
  sql.script("VACUUM main INTO '" + address_ + "'");
  catalog::Options options;
  options.migrate = true;  // it is no file that could be looked for
  auto opened = catalog::Catalog::open("sqlite:" + address_, options);
  CHECK(opened.ok());
  catalog_ = std::move(*opened);
  sql.script("DETACH copy");
}

CatalogCopy::~CatalogCopy() = default;

void CatalogCopy::restore_into(catalog::Catalog& catalog) const {
  catalog::Sql& sql = catalog.sql();
  sql.script("ATTACH '" + address_ + "' AS copy");
  const auto done = sql.write([&] {
    const auto triggers = sql.rows<std::string, std::string>("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
    for (const auto& [name, text] : triggers) sql.script("DROP TRIGGER " + name);
    const auto tables = sql.rows<std::string>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence') "
        "ORDER BY name LIKE 'sqlite_%', name");  // ids that were used come last: inserts move them
    for (const auto& [table] : tables) {
      sql.script("DELETE FROM main." + table);
      sql.script("INSERT INTO main." + table + " SELECT * FROM copy." + table);
    }
    for (const auto& [name, text] : triggers) sql.script(text);
    return Done{};
  });
  CHECK(done.ok());
  sql.script("DETACH copy");
}

}  // namespace argosy::sim
