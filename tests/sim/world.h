// The world of one seed: everybody, the faults that befall them, and the verdict. First anything may fail; then all is healed
// and everything must come to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/address.h"
#include "tests/sim/broker_process.h"
#include "tests/sim/client_process.h"
#include "tests/sim/master_process.h"
#include "tests/sim/operator_process.h"
#include "tests/sim/stage.h"
#include "tests/sim/upgrade.h"
#include "tests/sim/worker_process.h"
#include "tests/sim/workload.h"

namespace argosy::sim {

struct Verdict {
  std::vector<Report> reports;    // empty: every promise held
  std::uint64_t digest = 0;       // of everything that happened
  std::string transcript;         // with Options::transcript
  Duration simulated;
  std::uint64_t events = 0;
  std::uint64_t faults = 0;
  std::uint64_t late_messages = 0;
  std::uint64_t executions = 0;
};

class World {
 public:
  explicit World(const Options& options);
  ~World();

  Verdict run();

 private:
  void enrol(Role role, const std::string& name);
  void start_all();
  // As a service manager does it: nothing while an operator has everything stopped.
  template <class Started>
  void start(Started& process) {
    if (process.process.up() || stopped_) return;
    if (is_installed()) process.release = Release::current;
    process.start();
  }
  void start(BrokerProcess& broker) {
    if (!broker.process.up()) broker.start();
  }
  void plan_faults();
  void plan(std::uint32_t count, void (World::*fault)());
  void plan(std::uint32_t count, void (World::*fault)(), Rng& rng);
  void ask_why();
  void heal();
  bool run_until(Time until, bool stop_when_quiet);
  std::string pending() const;
  std::string unfinished() const;  // the same without the upgrade
  void rogue_speaks();
  void stop_twins();

  // Faults; each chooses its victim.
  void kill_broker();
  void stop_broker();
  void blackout();
  void dark_broker();
  void wall_somebody();
  void switch_over();
  void fence(const std::string& broker);
  void start_later(BrokerProcess& broker, Duration after);
  void kill_master();
  void kill_worker();
  void kill_keeper();
  void pause_broker();
  void pause_master();
  void sleep_master();
  void pause_worker();
  void cut_somebody();
  void cut_between_pieces();
  void cut_fetch_of(WorkerProcess& worker);
  void partition_somebody();
  void catalog_away();
  void catalog_slow();
  void catalog_failover();
  void catalog_standby_gone();
  void desk_finds_former();
  void twin_comes();

  // What operators do.
  void change_fleet();
  void let_all_work();
  void back_up();
  void restore();
  void stop_and_restore();
  Duration stop_for_restore();
  void put_back();
  void roll();
  Upgrade::Turn turn_of(BrokerProcess& broker);
  Upgrade::Turn turn_of(MasterProcess& master);
  Upgrade::Turn turn_of(WorkerProcess& worker);
  Upgrade::Turn halfway();
  Upgrade::Turn repeated_requests();
  // The new release is on all hosts: whoever starts again is of it.
  bool is_installed() const { return !drawn_.half_rolled && upgrade_.is_under_way(); }
  template <class Started>
  void start_upgraded(Started& process);
  void move_endpoint();
  void set_endpoint();
  void leave_old_places();
  std::string who_has_not_moved() const;

  void wake_when_followed(MasterProcess& master, ShardId shard, Time latest);
  void pause(Process& process, const std::string& who);
  void pause_between(WorkerProcess& worker, std::uint16_t word, std::int64_t least_percent, std::int64_t most_percent,
                     bool alone);
  Party& anybody();
  BrokerProcess& any_broker();
  std::string broker_trouble() const;
  MasterProcess& any_master() { return *masters_[rng_.below(masters_.size())]; }
  WorkerProcess& any_worker() { return *workers_[rng_.below(workers_.size())]; }
  HostClock any_clock();
  Duration up_to(Duration most) { return stage_.up_to(most); }
  static Duration up_to(Duration most, Rng& rng) { return microseconds(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most.us) + 1))); }

  Options options_;
  Draw drawn_;
  Rng rng_;
  Rng desk_rng_, content_rng_;  // of their own, so that the rest of a seed does not change with them
  Agenda agenda_;
  Journal journal_;
  Network network_;
  Address address_;
  Store store_;
  Witnesses witnesses_;
  Stage stage_;
  Workload workload_;
  std::vector<std::unique_ptr<BrokerProcess>> brokers_;
  OperatorProcess operator_;
  std::vector<std::unique_ptr<MasterProcess>> masters_;
  std::vector<std::unique_ptr<WorkerProcess>> workers_;
  std::vector<std::unique_ptr<WorkerProcess>> twins_;  // one for each worker, seldom up
  std::vector<std::unique_ptr<ClientProcess>> clients_;
  Upgrade upgrade_;
  std::string endpoint_;             // where the cluster moved; empty: as configured
  std::uint32_t places_ = 0;         // endpoints that were set
  bool stopped_ = false;  // masters, workers and submitters, by an operator
  std::uint64_t faults_ = 0;
};

}  // namespace argosy::sim
