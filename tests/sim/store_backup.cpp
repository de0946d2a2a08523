// Store, the part about backups: one is taken, and put back later.
#include "catalog/fleet.h"
#include "catalog/incarnation.h"
#include "catalog/sql.h"
#include "tests/sim/store.h"

namespace argosy::sim {

void Store::back_up() {
  backup_ = std::make_unique<CatalogCopy>(*catalog_);
  journal_->line(agenda_.now(), "a backup is taken");
  witnesses_->tell([](Witness& witness) { witness.backed_up(); });
}

void Store::restore() {
  CHECK(has_backup());
  const std::uint64_t fleet = *catalog::fleet_serial(backup_->catalog());
  backup_->restore_into(*catalog_);
  ++life_;
  CHECK(catalog::begin_incarnation(*catalog_, "operator root", WallTime{1'795'000'000'000'000 + agenda_.now().us}).ok());
  begin_life();
  catalog::Sql& sql = catalog_->sql();
  const auto spoil = [&](const std::string& statement) { CHECK(sql.write([&] { return sql.script(statement), Done{}; }).ok()); };
  if (bug_ == Bug::terms_not_raised) {
    spoil("UPDATE shards SET term = 0; UPDATE properties SET value = '0' WHERE name = 'terms_from'");
    const auto before = catalog::list_shards(backup_->catalog());
    for (const catalog::ShardRecord& shard : *before) {
      spoil("UPDATE shards SET term = " + std::to_string(shard.reign.term.value) + " WHERE shard = " + std::to_string(shard.reign.shard.value));
    }
  }
  if (bug_ == Bug::ids_used_again) spoil("UPDATE sqlite_sequence SET seq = max(0, seq - 1000000) WHERE name = 'executions'");
  if (bug_ == Bug::fleet_from_backup) CHECK(catalog::set_property(*catalog_, "fleet_serial", std::to_string(fleet)).ok());
  terms_.clear();
  const auto shards = catalog::list_shards(*catalog_);
  for (const catalog::ShardRecord& shard : *shards) terms_[shard.reign.shard] = shard.reign.term;
  holders_.clear();
  zombie_until_.clear();  // former primaries are switched off
  stale_desks_.clear();
  journal_->line(agenda_.now(), "the backup is put back");
  witnesses_->tell([](Witness& witness) { witness.restored(); });
}

// A name that the seed has in its hands; the real one is random.
void Store::begin_life() {
  const std::string number = std::to_string(life_ + 1);
  CHECK(catalog::set_property(*catalog_, "incarnation", std::string(16 - number.size(), '0') + number + std::string(16, '0')).ok());
}

}  // namespace argosy::sim
