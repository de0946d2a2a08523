// World, the part about faults: when they come, whom they befall, and how it goes on afterwards.
#include "schemas/codec.h"
#include "tests/sim/world.h"

namespace argosy::sim {

void World::plan_faults() {
  plan(drawn_.kill_broker, &World::kill_broker);
  plan(drawn_.stop_broker, &World::stop_broker);
  plan(drawn_.blackout, &World::blackout);
  plan(drawn_.dark_broker, &World::dark_broker);
  plan(drawn_.wall, &World::wall_somebody);
  plan(drawn_.switchover, &World::switch_over);
  plan(drawn_.kill_master, &World::kill_master);
  plan(drawn_.kill_worker, &World::kill_worker);
  plan(drawn_.kill_keeper, &World::kill_keeper);
  plan(drawn_.pause_broker, &World::pause_broker);
  plan(drawn_.pause_master, &World::pause_master);
  plan(drawn_.pause_worker, &World::pause_worker);
  plan(drawn_.sleep_master, &World::sleep_master);
  plan(drawn_.twin, &World::twin_comes);
  plan(drawn_.cut, &World::cut_somebody);
  plan(drawn_.partition, &World::partition_somebody);
  plan(drawn_.rogue, &World::rogue_speaks);
  plan(drawn_.catalog_away, &World::catalog_away);
  plan(drawn_.catalog_slow, &World::catalog_slow);
  plan(drawn_.catalog_failover, &World::catalog_failover);
  plan(drawn_.catalog_standby_gone, &World::catalog_standby_gone);
  plan(drawn_.stale_desk, &World::desk_finds_former, desk_rng_);
  plan(drawn_.cut_fetch, &World::cut_between_pieces, content_rng_);
  plan(drawn_.change_fleet, &World::change_fleet);
  plan(drawn_.back_up, &World::back_up);
  plan(drawn_.restore, &World::restore);
  plan(drawn_.roll, &World::roll);
  plan(drawn_.move_endpoint, &World::move_endpoint);
}

void World::plan(std::uint32_t count, void (World::*fault)()) { plan(count, fault, rng_); }

void World::plan(std::uint32_t count, void (World::*fault)(), Rng& rng) {
  for (std::uint32_t i = 0; i < count; ++i) {
    agenda_.after(up_to(drawn_.safety, rng), [this, fault] {
      if (!stage_.faults_on) return;
      ++faults_;
      (this->*fault)();
    });
  }
}

void World::kill_broker() {
  BrokerProcess& broker = any_broker();
  if (!broker.process.up()) return;
  broker.kill();
  start_later(broker, milliseconds(20) + up_to(seconds(6)));
}

// Twice as often the one that serves.
BrokerProcess& World::any_broker() {
  if (rng_.chance(1, 2)) {
    for (const auto& broker : brokers_) {
      if (broker->serves()) return *broker;
    }
  }
  return *brokers_[rng_.below(brokers_.size())];
}

void World::start_later(BrokerProcess& broker, Duration after) {
  agenda_.after(after, [this, &broker] { start(broker); });
}

// As another broker's hook does it, past all networks.
void World::fence(const std::string& name) {
  for (const auto& broker : brokers_) {
    if (broker->name() != name) continue;
    address_.take_away(name);
    if (!broker->process.up()) return;
    stage_.note(name + " is fenced");
    broker->kill();
    start_later(*broker, milliseconds(200) + up_to(seconds(4)));
  }
}

void World::stop_broker() {
  BrokerProcess& broker = any_broker();
  if (!broker.process.up() || broker.process.paused()) return;
  stage_.note(broker.name() + " is stopped in good order");
  broker.stop();
  start_later(broker, seconds(1) + up_to(seconds(6)));
}

// All brokers at once.
void World::blackout() {
  for (const auto& broker : brokers_) {
    if (broker->process.up()) broker->kill();
    start_later(*broker, milliseconds(20) + up_to(seconds(6)));
  }
}

// Its host's link goes down: no end of any connection is told. Later it comes back still believing.
void World::dark_broker() {
  if (drawn_.address == AddressKind::one_host) return;
  const std::string& name = any_broker().name();
  stage_.note(name + " is dark");
  network_.darken(name, milliseconds(100) + up_to(seconds(rng_.chance(1, 3) ? 20 : 4)));
}

// One way, or both, between a broker and another one or somebody else.
void World::wall_somebody() {
  if (drawn_.address == AddressKind::one_host) return;
  const std::string from = any_broker().name();
  const std::string to = rng_.chance(1, 2) ? brokers_[rng_.below(brokers_.size())]->name() : anybody().host();
  const Duration how_long = milliseconds(100) + up_to(seconds(rng_.chance(1, 3) ? 20 : 4));
  const std::uint64_t ways = rng_.below(3);
  stage_.note((ways == 0 ? "nothing comes from " + from + " to " : ways == 1 ? "nothing comes to " + from + " from "
                                                                 : "nothing comes through between " + from + " and ") + to);
  if (ways != 1) network_.wall(from, to, how_long);
  if (ways != 0) network_.wall(to, from, how_long);
}

void World::switch_over() {
  stage_.note("a switchover is asked for");
  operator_.ask(rng_.chance(1, 2) ? "" : brokers_[rng_.below(brokers_.size())]->name());
}

void World::kill_master() {
  MasterProcess& master = any_master();
  if (!master.process.up()) return;
  master.kill();
  agenda_.after(milliseconds(20) + up_to(seconds(6)), [this, &master] { start(master); });
}

void World::kill_worker() {
  WorkerProcess& worker = any_worker();
  if (!worker.process.up()) return;
  switch (rng_.below(4)) {
    case 0: worker.kill_with_keeper(); break;
    case 1: worker.reboot(); break;
    default: worker.kill(); break;
  }
  if (drawn_.lose_spools && rng_.chance(1, 3)) worker.lose_spool();
  // A service manager may start it before what it left is gone.
  const Duration most = rng_.chance(1, 3) ? milliseconds(60) : seconds(rng_.chance(1, 3) ? 20 : 2);
  agenda_.after(milliseconds(20) + up_to(most), [this, &worker] { start(worker); });
}

void World::kill_keeper() { any_worker().kill_keeper(); }

void World::pause_broker() {
  BrokerProcess& broker = any_broker();
  pause(broker.process, broker.name());
}

void World::pause_master() {
  MasterProcess& master = any_master();
  pause(master.process, master.name());
}

// A master sleeps until somebody else has its shard, and wakes believing that it still holds it.
void World::sleep_master() {
  const ShardId shard{static_cast<std::uint32_t>(rng_.below(drawn_.shards))};
  for (const auto& master : masters_) {
    if (master->name() != store_.holder(shard) || !master->process.up() || master->process.paused()) continue;
    stage_.note(master->name() + " falls asleep");
    master->process.pause();
    return wake_when_followed(*master, shard, agenda_.now() + seconds(30));
  }
}

void World::wake_when_followed(MasterProcess& master, ShardId shard, Time latest) {
  agenda_.after(milliseconds(50), [this, &master, shard, latest, life = master.process.life()] {
    if (master.process.life() != life || !master.process.paused()) return;
    if (store_.holder(shard) == master.name() && agenda_.now() < latest) return wake_when_followed(master, shard, latest);
    agenda_.after(up_to(seconds(3)), [this, &master, life] {
      if (master.process.life() != life || !master.process.paused()) return;
      stage_.note(master.name() + " wakes");
      master.process.resume();
    });
  });
}

// A second host starts with a worker's key: while that one is there, or while nobody hears it.
void World::twin_comes() {
  const std::size_t which = rng_.below(workers_.size());
  WorkerProcess& twin = *twins_[which];
  if (twin.process.up() || stopped_) return;
  if (rng_.chance(2, 3)) {
    stage_.note(workers_[which]->name() + " is partitioned, and its twin comes");
    network_.partition(*workers_[which], seconds(5) + up_to(seconds(30)));
  }
  twin.start();
  agenda_.after(seconds(2) + up_to(seconds(30)), [&twin, life = twin.process.life()] {
    if (twin.process.life() == life) twin.kill();
  });
}

// Its owner finds out, and switches that host off for ever.
void World::stop_twins() {
  for (const auto& twin : twins_) {
    if (twin->process.up()) twin->reboot();
    twin->lose_spool();
  }
}

void World::pause_worker() {
  WorkerProcess& worker = any_worker();
  switch (rng_.below(3)) {
    case 0: return pause_between(worker, Renew::word, 45, 66, true);
    case 1: return pause_between(worker, Credit::word, 110, 400, false);
    default: break;
  }
  pause(worker.process, worker.name());
  if (rng_.chance(1, 3)) network_.partition(worker, up_to(seconds(30)));
}

// The hard moments. After a Renew: the answer is heard just before the old lease ends, and then nothing more is. After a
// Credit: a Run waits for the worker until its lease is long over.
void World::pause_between(WorkerProcess& worker, std::uint16_t word, std::int64_t least_percent, std::int64_t most_percent,
                          bool alone) {
  worker.after_next(word, [this, &worker, word, least_percent, most_percent, alone] {
    if (!stage_.faults_on || !worker.process.up() || worker.process.paused()) return;
    if (alone && !worker.runs_for(drawn_.lease * 2 + seconds(3))) return pause_between(worker, word, least_percent, most_percent, alone);
    const Duration pause = drawn_.lease * rng_.between(least_percent, most_percent) / 100;
    stage_.note(worker.name() + " is paused at a hard moment");
    worker.process.pause();
    agenda_.after(pause, [this, &worker, alone, life = worker.process.life()] {
      if (worker.process.life() != life || !worker.process.paused()) return;
      if (alone && stage_.faults_on) network_.partition(worker, seconds(10) + up_to(seconds(30)));
      stage_.note(worker.name() + " goes on");
      worker.process.resume();
    });
  });
}

void World::pause(Process& process, const std::string& who) {
  if (!process.up() || process.paused()) return;
  stage_.note(who + " is paused");
  process.pause();
  agenda_.after(milliseconds(10) + up_to(seconds(rng_.chance(1, 3) ? 20 : 3)), [this, &process, who, life = process.life()] {
    if (process.life() != life || !process.paused()) return;
    stage_.note(who + " goes on");
    process.resume();
  });
}

Party& World::anybody() {
  const std::uint64_t who = rng_.below(masters_.size() + workers_.size() * 2 + clients_.size());
  if (who < masters_.size()) return *masters_[who];
  if (who < masters_.size() + clients_.size()) return *clients_[who - masters_.size()];
  return any_worker();
}

void World::cut_somebody() {
  Party& party = anybody();
  stage_.note(party.title() + " is cut off");
  network_.cut(party);
}

void World::cut_between_pieces() { cut_fetch_of(*workers_[content_rng_.below(workers_.size())]); }

// While it waits for a piece of content, now the first one, now a later one.
void World::cut_fetch_of(WorkerProcess& worker) {
  worker.after_next(Fetch::word, [this, &worker] {
    if (!stage_.faults_on) return;
    if (content_rng_.chance(2, 3)) return cut_fetch_of(worker);
    stage_.note(worker.name() + " waits for a piece of content");
    if (content_rng_.chance(1, 2)) return kill_master();
    network_.cut(worker);
  });
}

void World::partition_somebody() {
  Party& party = anybody();
  const Duration how_long = up_to(seconds(rng_.chance(1, 3) ? 40 : 4));
  stage_.note(party.title() + " is partitioned");
  network_.partition(party, how_long);
}

// Somebody with a good key says nonsense, or what is not his to say.
void World::rogue_speaks() {
  Party& party = *clients_[rng_.below(clients_.size())];
  Frames frames{"", ""};
  for (std::uint64_t n = rng_.below(60); n > 0; --n) frames.envelope += static_cast<char>(rng_.next());
  for (std::uint64_t n = rng_.below(60); n > 0; --n) frames.body += static_cast<char>(rng_.next());
  if (rng_.chance(1, 2)) {
    Envelope envelope;
    envelope.word = static_cast<std::uint16_t>(rng_.below(60));
    envelope.connection = ConnectionId{rng_.below(20)};
    envelope.reign = {ShardId{0}, Term{rng_.below(5)}};
    envelope.to = {static_cast<Role>(rng_.below(7)), rng_.chance(1, 2) ? "w1" : "", ConnectionId{rng_.below(20)}};
    frames.envelope = encode_envelope(envelope);
  }
  stage_.note(party.title() + " says nonsense");
  network_.send_up(party, std::move(frames));
}

void World::catalog_away() {
  stage_.note("the catalog is away");
  store_.go_away(milliseconds(10) + up_to(seconds(rng_.chance(1, 3) ? 15 : 3)));
}

void World::catalog_failover() {
  stage_.note("the catalog fails over");
  store_.fail_over(milliseconds(50) + up_to(seconds(rng_.chance(1, 4) ? 10 : 2)));
  if (!rng_.chance(1, 2)) return;
  MasterProcess& victim = any_master();
  stage_.note(victim.name() + " still finds the former primary");
  store_.lead_to_zombie(victim.name(), up_to(seconds(12)));
  if (masters_.size() < 2 || !rng_.chance(1, 2)) return;
  agenda_.after(up_to(seconds(3)), [this, &victim] {  // it may take the shards of the others meanwhile
    for (const auto& other : masters_) {
      if (other.get() == &victim || !other->process.up()) continue;
      other->kill();
      agenda_.after(seconds(1) + up_to(seconds(6)), [this, &other] { start(*other); });
    }
  });
}

// The catalog failed over in a blink: whoever writes has found out.
void World::desk_finds_former() {
  const std::string& name = masters_[desk_rng_.below(masters_.size())]->name();
  stage_.note(name + "'s desk still finds a former primary");
  store_.lead_desk_to_former(name, seconds(3) + up_to(seconds(20), desk_rng_));
}

void World::catalog_standby_gone() {
  stage_.note("the catalog's standby is gone");
  store_.lose_standby(milliseconds(200) + up_to(seconds(10)));
}

void World::catalog_slow() {
  stage_.note("the catalog is slow");
  store_.be_slow(milliseconds(10) + up_to(seconds(10)));
}

}  // namespace argosy::sim
