// World, the part about operators: what they do while it works, and in which order.
#include <iterator>
#include <utility>

#include "catalog/fleet.h"
#include "tests/sim/world.h"

namespace argosy::sim {

// A worker is to take nothing new, or again.
void World::change_fleet() {
  if (store_.away()) return;
  const std::string& name = any_worker().name();
  const auto record = catalog::read_worker(store_.truth(), name);
  CHECK(record.ok() && *record);
  stage_.note(name + ((**record).draining ? " may take work again" : " is to take nothing new"));
  CHECK(catalog::set_worker(store_.truth(), name, !(**record).draining, {}).ok());
}

void World::let_all_work() {
  for (const auto& worker : workers_) CHECK(catalog::set_worker(store_.truth(), worker->name(), false, {}).ok());
}

void World::back_up() {
  if (!store_.away() && !stopped_) store_.back_up();
}

// As docs/guides/operating.md says it, "Backup".
void World::restore() {
  if (stopped_ || !store_.has_backup()) return;
  if (!store_.away() && rng_.chance(1, 3)) {  // to what was just now, while it still runs
    store_.back_up();
    return agenda_.after(seconds(1) + up_to(seconds(5)), [this] { stop_and_restore(); });
  }
  stop_and_restore();
}

void World::stop_and_restore() {
  if (stopped_) return;
  stage_.note("everything is stopped for a restore");
  stopped_ = true;
  agenda_.after(stop_for_restore(), [this] { put_back(); });
}

// How long must be waited afterwards: for the processes of those that were stopped, or for the leases of those that were not.
Duration World::stop_for_restore() {
  for (const auto& master : masters_) {
    if (master->process.up()) master->kill();
  }
  stop_twins();
  Duration wait = milliseconds(500) + up_to(seconds(2));
  for (const auto& worker : workers_) {
    if (!worker->process.up()) continue;
    if (!stage_.faults_on || !rng_.chance(1, worker->runs_for(seconds(4)) ? 2 : 4)) {
      worker->kill();
      continue;
    }
    stage_.note(worker->name() + " cannot be reached, and goes on");
    network_.partition(*worker, drawn_.lease + up_to(seconds(20)));
    if (options_.bug != Bug::restore_does_not_wait) wait = std::max(wait, (drawn_.lease + seconds(2)) * 102 / 100 + seconds(1));
  }
  return wait;
}

void World::put_back() {
  if (store_.away()) return agenda_.after(milliseconds(100), [this] { put_back(); });
  store_.restore();
  if (!stage_.faults_on) let_all_work();
  if (places_ > 0) set_endpoint();  // said again: it may have been after the backup
  stopped_ = false;
  for (const auto& master : masters_) start(*master);
  for (const auto& worker : workers_) start(*worker);
  for (const auto& client : clients_) client->start_again();
}

template <class Started>
void World::start_upgraded(Started& process) {
  if (!process.process.up()) process.release = Release::current;
  start(process);
}

// One stop is asked for once; a process that was killed meanwhile has stopped, too.
Upgrade::Turn World::turn_of(BrokerProcess& broker) {
  return {broker.name(), [&broker] { broker.stop(); }, [&broker] { return broker.process.up(); }, [this, &broker] { start(broker); },
          [&broker] { return broker.process.up(); }, [&broker] { broker.kill(); }};
}

Upgrade::Turn World::turn_of(MasterProcess& master) {
  return {master.name(), [&master] { master.stop(); }, [&master] { return master.process.up(); }, [this, &master] { start_upgraded(master); },
          [&master] { return master.works(); }, [&master] { master.kill(); }};
}

// Half of them take nothing new before, and finish what they have.
Upgrade::Turn World::turn_of(WorkerProcess& worker) {
  const bool drains = rng_.chance(1, 2);
  const auto drain = [this, name = worker.name()](bool draining) {
    if (!store_.away()) CHECK(catalog::set_worker(store_.truth(), name, draining, {}).ok());
  };
  const auto stop = [drains, drain, &worker] {
    if (drains) drain(true);
    if (!drains || worker.pending().empty()) worker.stop();
  };
  const auto works = [drains, drain, &worker] {
    if (drains && worker.works()) drain(false);
    return worker.works();
  };
  return {worker.name(), stop, [&worker] { return worker.process.up(); }, [this, &worker] { start_upgraded(worker); }, works,
          [&worker] { worker.kill(); }};
}

// The operators go home: two releases side by side must do all the work that there is.
Upgrade::Turn World::halfway() {
  return {"half of the cluster", [] {}, [] { return false; }, [] {}, [this] { return !stage_.faults_on && unfinished().empty(); }, [] {}};
}

// What the release before accepted, the new one knows under its key.
Upgrade::Turn World::repeated_requests() {
  const auto repeat = [this] {
    for (const auto& client : clients_) client->repeat_all();
  };
  return {"every submitter", [] {}, [] { return false; }, repeat, [] { return true; }, [] {}};
}

void World::roll() {
  std::vector<Upgrade::Turn> turns, later;
  for (const auto& broker : brokers_) turns.push_back(turn_of(*broker));
  for (const auto& master : masters_) (drawn_.workers_first ? later : turns).push_back(turn_of(*master));
  for (const auto& worker : workers_) (drawn_.workers_first ? turns : later).push_back(turn_of(*worker));
  if (drawn_.half_rolled) turns.push_back(halfway());
  std::move(later.begin(), later.end(), std::back_inserter(turns));
  if (drawn_.mixed) turns.push_back(repeated_requests());
  upgrade_.begin(std::move(turns));
}

// The cluster gets another address. Now and then the operator errs, and nobody is there: noticed after a while.
void World::move_endpoint() {
  if (store_.away() || stopped_) return agenda_.after(seconds(1), [this] { move_endpoint(); });
  endpoint_ = "tcp://place-" + std::to_string(++places_) + ":7433";
  const bool errs = stage_.faults_on && rng_.chance(1, 3);
  stage_.note("the cluster is to move to " + endpoint_ + (errs ? ", which is nowhere" : ""));
  if (!errs) address_.lead(endpoint_);
  set_endpoint();
  if (errs) {
    agenda_.after(seconds(3) + up_to(seconds(20)), [this] { move_endpoint(); });
  } else {
    leave_old_places();
  }
}

void World::set_endpoint() {
  const WallTime now{1'795'000'000'000'000 + agenda_.now().us};
  CHECK(catalog::set_endpoint(store_.truth(), endpoint_, "PEM", now).ok());
}

// The former addresses go once all have moved.
void World::leave_old_places() {
  if (!address_.leads(endpoint_) || address_.leads_only(endpoint_)) return;
  if (!who_has_not_moved().empty()) return agenda_.after(milliseconds(500), [this] { leave_old_places(); });
  stage_.note("the former addresses are gone");
  address_.lead_only(endpoint_);
}

std::string World::who_has_not_moved() const {
  std::string text;
  const auto look = [&](const Party& party) {
    if (party.place() != endpoint_) text += party.label() + " has not moved to " + endpoint_ + "; ";
  };
  for (const auto& master : masters_) look(*master);
  for (const auto& worker : workers_) look(*worker);
  for (const auto& client : clients_) look(*client);
  return text;
}

}  // namespace argosy::sim
