// Store: the real catalog code on an in-memory SQLite, behind a wrapper that is slow, away, fails over, or leaves outcomes
// unknown. It stands for a primary with a synchronous standby: what was acknowledged survives, of the rest nobody knows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "base/rng.h"
#include "catalog/catalog.h"
#include "master/events.h"
#include "schemas/records.h"
#include "tests/sim/agenda.h"
#include "tests/sim/bugs.h"
#include "tests/sim/catalog_copy.h"
#include "tests/sim/host.h"
#include "tests/sim/journal.h"
#include "tests/sim/witness.h"

namespace argosy::sim {

class Store {
 public:
  // `desk_rng`: which server a desk's session finds.
  Store(Agenda& agenda, Rng& rng, Rng& desk_rng, Duration commit_most, Bug bug);
  ~Store();

  catalog::Catalog& truth() const { return *catalog_; }
  void set_witnesses(Witnesses* witnesses, Journal* journal) { witnesses_ = witnesses, journal_ = journal; }

  // Writes of one master come one after another. The answer is posted to the process, if it still lives.
  using Answered = std::function<void(BatchOutcome)>;
  void write(Process& master, const std::string& name, std::shared_ptr<const Batch> batch, Answered answer);
  using Taken = std::function<void(std::variant<master::Adopted, master::TakeFailed>)>;
  void take(Process& master, const std::string& name, const ShardTerm& heard, WallTime at, Taken taken);

  // What the session of a master's desk shows: a former primary shows what was there when it was followed.
  catalog::Catalog& shown_to(const std::string& master);

  // A backup is taken; later it is put back, and `argosy catalog restored` is said. Required: no master runs.
  void back_up();
  bool has_backup() const { return backup_ != nullptr; }
  void restore();
  // Which life of the catalog this is: its restores, counted.
  std::uint32_t life() const { return life_; }

  // The planted bug second_end_overwrites: a late end replaces the one that stands.
  void overwrite_end(const AttemptEnd& end);

  // Faults.
  bool away() const { return agenda_.now() < away_until_; }
  void go_away(Duration how_long) { away_until_ = std::max(away_until_, agenda_.now() + how_long); }
  void be_slow(Duration how_long) { slow_until_ = std::max(slow_until_, agenda_.now() + how_long); }
  // The primary dies; the standby is promoted after that time. What was under way may have got there, or not.
  void fail_over(Duration how_long);
  // This master's sessions may lead to the former primary: it can be read there, and commits never end well.
  void lead_to_zombie(const std::string& master, Duration how_long);
  // The same for the sessions of its desk alone: to one that is followed now.
  void lead_desk_to_former(const std::string& master, Duration how_long);
  // The synchronous standby is gone: commits hang until it is back, then they are done.
  void lose_standby(Duration how_long) { hang_until_ = std::max(hang_until_, agenda_.now() + how_long); }
  void set_unknown_percent(std::uint32_t percent) { unknown_percent_ = percent; }
  void heal();

  // Who took the shard last; a master that was paused may still think that it is the one. Empty: nobody yet.
  const std::string& holder(ShardId shard) const;
  std::uint64_t unknown() const { return unknown_; }

 private:
  enum class Fate : std::uint8_t { done, not_done, unreachable, unknown_done, unknown_not_done };
  struct Stale {
    std::unique_ptr<CatalogCopy> former;
    Time until;
  };

  Fate fate(const std::string& master, Time asked_at, bool master_lives);
  BatchOutcome attempt(const Batch& batch, Fate fate);
  void note(const Batch& batch);
  BatchOutcome write_really(const Batch& batch);
  Batch spoiled(const Batch& batch);
  void forget_keys();
  Time next_turn(const std::string& name);
  void begin_life();
  bool is_led_astray(const std::string& master);
  Result<ShardSnapshot> read(const std::string& name, ShardTerm reign);
  Result<ShardSnapshot> read_from(catalog::Catalog& shown, ShardTerm there, ShardTerm reign);
  static void fail_take(Process& master, std::uint64_t life, ShardId shard, const std::string& why, const Taken& taken);
  void finish_take(Process& master, const std::string& name, ShardTerm reign, Result<ShardSnapshot> early, Taken taken);

  Agenda& agenda_;
  Rng& rng_;
  Rng& desk_rng_;
  Duration commit_most_;
  Bug bug_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<CatalogCopy> backup_;
  std::unique_ptr<CatalogCopy> former_;   // what a former primary has
  std::map<std::string, Stale> stale_desks_;  // by master
  std::uint32_t life_ = 0;
  Witnesses* witnesses_ = nullptr;
  Journal* journal_ = nullptr;
  std::map<std::string, Time> busy_until_;
  std::map<std::string, Time> zombie_until_;
  std::map<ShardId, Term> terms_;
  std::map<ShardId, std::string> holders_;
  Time away_until_, slow_until_, hang_until_, failed_over_at_;
  std::uint32_t unknown_percent_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t spoiled_keys_ = 0;
};

}  // namespace argosy::sim
