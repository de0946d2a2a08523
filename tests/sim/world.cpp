#include "tests/sim/world.h"

#include "catalog/fleet.h"
#include "catalog/views.h"
#include "schemas/codec.h"

namespace argosy::sim {
namespace {

constexpr Duration kLiveness = seconds(3'600);    // how long a healed world may take
constexpr std::uint64_t kEventsMost = 6'000'000;  // more is somebody running in circles

std::string key_of(std::uint64_t number) {
  std::string key(64, '0');
  for (std::size_t i = 64; number > 0; number >>= 4) key[--i] = "0123456789abcdef"[number & 15];
  return key;
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      drawn_(draw(options.seed)),
      rng_(options.seed),
      desk_rng_(options.seed * 0xc2b2ae3d27d4eb4f + 29),
      content_rng_(options.seed * 0x165667b19e3779f9 + 31),
      journal_(options.transcript),
      network_(agenda_, rng_, drawn_.delay_most),
      address_(rng_, network_, drawn_.address),
      store_(agenda_, rng_, desk_rng_, drawn_.commit_most, options.bug),
      witnesses_(store_.truth(), {drawn_.offers_per_class, drawn_.offers_per_group, drawn_.log_window}),
      stage_{agenda_, rng_, drawn_, options.bug, journal_, network_, store_, witnesses_, true},
      workload_(drawn_, options.seed),
      operator_(stage_),
      upgrade_(stage_) {
  store_.set_witnesses(&witnesses_, &journal_);
  network_.set_resolve([this](const std::string& host, const std::string& place) { return address_.where(host, place); });
  std::vector<std::string> names;
  for (std::uint32_t i = 1; i <= drawn_.brokers; ++i) names.push_back("b" + std::to_string(i));
  for (const std::string& name : names) {
    brokers_.push_back(std::make_unique<BrokerProcess>(stage_, address_, any_clock(), name, names));
    brokers_.back()->set_fence([this](const std::string& peer) { fence(peer); });
    network_.add_hub(*brokers_.back());
    address_.add(*brokers_.back());
  }
  for (std::uint32_t i = 1; i <= drawn_.workers; ++i) {
    const std::string name = "w" + std::to_string(i);
    enrol(Role::worker, name);
    workers_.push_back(std::make_unique<WorkerProcess>(stage_, workload_, name, any_clock()));
    if (drawn_.twin > 0) twins_.push_back(std::make_unique<WorkerProcess>(stage_, workload_, name, any_clock(), true));
  }
  for (std::uint32_t i = 1; i <= drawn_.clients; ++i) {
    const std::string name = "c" + std::to_string(i);
    enrol(Role::submitter, name);
    clients_.push_back(std::make_unique<ClientProcess>(stage_, workload_, name, i - 1));
  }
  for (std::uint32_t i = 1; i <= drawn_.masters; ++i) {
    masters_.push_back(std::make_unique<MasterProcess>(stage_, workload_, "m" + std::to_string(i), any_clock()));
  }
  if (!drawn_.mixed) return;
  for (const auto& master : masters_) master->release = Release::previous;
  for (const auto& worker : workers_) worker->release = Release::previous;
}

World::~World() = default;

void World::enrol(Role role, const std::string& name) {
  const catalog::Party party{role, name, key_of(workers_.size() + clients_.size() + 1), catalog::PartyState::enabled, {}};
  CHECK(catalog::add_party(store_.truth(), party).ok());
}

HostClock World::any_clock() {
  HostClock clock;
  clock.offset = microseconds(static_cast<std::int64_t>(rng_.below(1'000'000'000)));
  clock.rate_ppm = rng_.between(-drawn_.clock_ppm, drawn_.clock_ppm);
  clock.wall_skew = drawn_.clock_ppm == 0 ? Duration{} : milliseconds(rng_.between(-500, 500));
  return clock;
}

Verdict World::run() {
  stage_.note("seed " + std::to_string(options_.seed) + ": " + to_text(drawn_));
  start_all();
  plan_faults();
  store_.set_unknown_percent(drawn_.unknown_percent);
  run_until(agenda_.now() + drawn_.safety, false);
  heal();
  const bool quiet = witnesses_.reports().empty() && run_until(agenda_.now() + kLiveness, true);
  if (witnesses_.reports().empty() && !quiet) witnesses_.report("liveness", "not at its end: " + pending());
  if (witnesses_.reports().empty()) witnesses_.tell([](Witness& witness) { witness.finish(); });
  for (const Report& report : witnesses_.reports()) stage_.note("REPORT " + report.promise + ": " + report.what);
  Verdict verdict;
  verdict.reports = witnesses_.reports();
  verdict.digest = journal_.digest();
  verdict.transcript = journal_.text();
  verdict.simulated = agenda_.now() - kStart;
  verdict.events = agenda_.done();
  verdict.faults = faults_ + store_.unknown();
  verdict.late_messages = network_.late();
  verdict.executions = workload_.orders().size();
  return verdict;
}

void World::start_all() {
  for (const auto& broker : brokers_) broker->start();
  for (const auto& master : masters_) master->start();
  for (const auto& worker : workers_) worker->start();
  for (const auto& client : clients_) client->start();
  agenda_.after(seconds(1), [this] { ask_why(); });
}

// False: stopped for a report, or the time is over with something pending.
bool World::run_until(Time until, bool stop_when_quiet) {
  Time next_look = agenda_.now();
  while (witnesses_.reports().empty()) {
    if (agenda_.done() > kEventsMost) {
      witnesses_.report("liveness", "runs in circles: " + std::to_string(agenda_.done()) + " events, " + pending());
      return false;
    }
    if (stop_when_quiet && agenda_.now() >= next_look) {
      if (pending().empty()) return true;
      next_look = agenda_.now() + milliseconds(500);
    }
    if (!agenda_.run_next(until)) return pending().empty();
  }
  return false;
}

void World::heal() {
  stage_.note("healed");
  stage_.faults_on = false;
  network_.heal();
  network_.set_delay(std::min(drawn_.delay_most, milliseconds(5)));
  store_.heal();
  stop_twins();
  for (const auto& broker : brokers_) start(*broker), broker->process.resume();
  for (const auto& master : masters_) start(*master), master->process.resume();
  for (const auto& worker : workers_) start(*worker), worker->process.resume();
  let_all_work();
  if (drawn_.roll_at_last) roll();
}

// Somebody asks why an execution is where it is, now and then.
void World::ask_why() {
  for (const auto& client : clients_) {
    for (const ExecutionId execution : client->open()) {
      if (rng_.chance(1, 3)) any_master().explain(execution);
    }
  }
  agenda_.after(milliseconds(1'500), [this] { ask_why(); });
}

// One is active, the others know it, and all know the fleet.
std::string World::broker_trouble() const {
  std::string text;
  std::size_t serve = 0;
  for (const auto& broker : brokers_) serve += broker->serves();
  const std::uint64_t roster = *catalog::fleet_serial(store_.truth());
  if (serve != 1) text += std::to_string(serve) + " brokers serve; ";
  for (const auto& broker : brokers_) {
    if (broker->roster_serial() != roster) text += broker->name() + " does not know the fleet; ";
  }
  return text;
}

// What is still missing, in words; empty: nothing. Orders that are yet to be placed count too.
std::string World::pending() const { return upgrade_.pending() + unfinished(); }

std::string World::unfinished() const {
  if (stopped_) return "a restore is under way; ";
  std::string text;
  for (const auto& client : clients_) text += client->pending();
  for (const auto& worker : workers_) text += worker->pending();
  for (const auto& master : masters_) text += master->pending();
  text += broker_trouble() + who_has_not_moved();
  if (!text.empty()) return text;
  for (std::uint32_t i = 0; i < drawn_.shards; ++i) {
    if (store_.holder(ShardId{i}).empty()) return "nobody holds shard " + std::to_string(i) + "; ";
  }
  catalog::ExecutionFilter open;
  open.statuses = {ExecutionStatus::created, ExecutionStatus::running, ExecutionStatus::pending, ExecutionStatus::stopping};
  const auto views = catalog::list_executions(store_.truth(), open);
  if (!views.ok()) return "the catalog cannot be listed: " + views.error().message;
  for (const catalog::ExecutionView& view : *views) {
    text += "execution " + std::to_string(view.id.value) + " is " + std::string(to_string(view.status)) + " in the catalog; ";
  }
  return text;
}

}  // namespace argosy::sim
