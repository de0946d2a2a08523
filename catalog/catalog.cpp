#include "catalog/catalog.h"

#include "catalog/address.h"
#include "catalog/migrations.h"
#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

struct Target {
  Dialect dialect;
  std::string name;
};

std::optional<Target> target_of(const std::string& url) {
  if (url.rfind("sqlite:", 0) == 0 && url.size() > 7 && url.find('"') == std::string::npos)
    return Target{Dialect::sqlite, url.substr(7)};
  if (url.rfind("postgresql://", 0) == 0 || url.rfind("postgres://", 0) == 0)
    return Target{Dialect::postgresql, url};
  return std::nullopt;
}

}  // namespace

Catalog::Catalog(std::unique_ptr<Sql> sql) : sql_(std::move(sql)) {}
Catalog::~Catalog() = default;

Result<std::unique_ptr<Catalog>> Catalog::open(const std::string& url, const Options& options,
                                               Trouble* trouble) {
  Trouble ignored = Trouble::none;
  Trouble& kind = trouble ? *trouble : ignored;
  const auto target = target_of(url);
  if (!target) {
    kind = Trouble::refused;
    return Error{"catalog address '" + url.substr(0, url.find(':') + 1) +
                 "…': must be sqlite:/path/file.db or postgresql://…"};
  }
  const std::string wrong = target->dialect == Dialect::postgresql ? address_trouble(target->name) : "";
  if (!wrong.empty()) {
    kind = Trouble::refused;
    return Error{"catalog address 'postgresql://…': " + wrong};
  }
  auto sql = std::make_unique<Sql>(target->dialect, target->name, options);
  const bool memory = target->name == ":memory:";
  try {
    sql->ensure_open();
    if (options.migrate || memory) migrate(*sql);
    check_schema(*sql);
    sql->settled();
    kind = Trouble::none;
    return std::unique_ptr<Catalog>(new Catalog(std::move(sql)));
  } catch (const Failure& failure) {
    kind = failure.trouble;
    return Error{failure.message};
  }
}

Status Catalog::finish_migrations() {
  try {
    finish(*sql_);
    return Done{};
  } catch (const Failure& failure) {
    return Error{failure.message};
  }
}

Dialect Catalog::dialect() const {
  return sql_->dialect();
}
Trouble Catalog::trouble() const {
  return sql_->trouble();
}
const std::string& Catalog::address() const {
  return sql_->address();
}

}  // namespace argosy::catalog
