#include "tests/sim/draw.h"

#include <algorithm>
#include <array>

#include "base/quantity.h"
#include "base/rng.h"

namespace argosy::sim {
namespace {

std::uint32_t up_to(Rng& rng, std::uint32_t most) { return static_cast<std::uint32_t>(rng.below(most + 1)); }

// Half of the seeds do without this kind of fault, so that each kind is also seen alone.
std::uint32_t some(Rng& rng, std::uint32_t most) { return rng.chance(1, 2) ? 0 : 1 + up_to(rng, most - 1); }

void draw_cluster(Rng& rng, Draw& d) {
  d.workers = 1 + up_to(rng, 3);
  rng.next();
  d.clients = 1 + up_to(rng, 1);
  d.cpus = 1 + up_to(rng, 3);
  d.offers_per_class = 4 + up_to(rng, 60);
  d.offers_per_group = 2 + up_to(rng, 30);
  d.batch_rows = 5 + up_to(rng, 200);
  d.log_window = 512 + up_to(rng, 8'192);
  d.spool_bytes = 2'048 + up_to(rng, 65'536);
}

void draw_time(Rng& rng, Draw& d) {
  d.safety = seconds(20 + up_to(rng, 50));
  d.delay_most = microseconds(rng.chance(1, 3) ? 1 + up_to(rng, 2'000'000) : 100 + up_to(rng, 20'000));
  d.commit_most = microseconds(rng.chance(1, 4) ? 1 + up_to(rng, 1'000'000) : 100 + up_to(rng, 20'000));
  d.lease = milliseconds(2'000 + up_to(rng, 10'000));
  d.catalog_grace = milliseconds(4'000 + up_to(rng, 16'000));
  d.clock_ppm = rng.chance(1, 2) ? 10'000 : 0;
  d.run_most = milliseconds(200 + up_to(rng, rng.chance(1, 2) ? 60'000 : 12'000));
}

void draw_faults(Rng& rng, Draw& d) {
  if (rng.chance(1, 12)) return;  // a calm day
  d.kill_broker = some(rng, 3);
  d.kill_master = some(rng, 3);
  d.kill_worker = some(rng, 5);
  d.kill_keeper = some(rng, 3);
  d.pause_broker = some(rng, 2);
  d.pause_master = some(rng, 2);
  d.pause_worker = some(rng, 8);
  d.cut = some(rng, 8);
  d.partition = some(rng, 4);
  d.rogue = some(rng, 10);
  d.catalog_away = some(rng, 3);
  d.catalog_slow = some(rng, 3);
  d.unknown_percent = some(rng, 20);
  d.lose_spools = rng.chance(1, 3);
}

// What needs more than one of a kind. A generator of its own, so that the rest of a seed does not change with it.
void draw_company(Rng rng, Draw& d) {
  d.masters = 1 + up_to(rng, 2);
  d.shards = 1 + up_to(rng, 2);
  if (d.kill_broker + d.kill_master + d.kill_worker + d.cut + d.partition + d.catalog_away == 0) return;
  if (d.masters > 1) d.sleep_master = some(rng, 2);
  d.twin = rng.chance(1, 4) ? 1 + up_to(rng, 2) : 0;
  d.catalog_failover = some(rng, 3);
  d.catalog_standby_gone = rng.chance(1, 4) ? 1 : 0;
}

// Nothing fails.
void calm(Draw& d) {
  d.hook_fails_percent = d.dark_broker = d.wall = d.switchover = d.stop_broker = d.blackout = d.pause_broker = d.cut_fetch = 0;
}

// Several brokers. A generator of its own, too.
void draw_brokers(Rng rng, Draw& d) {
  d.brokers = rng.chance(1, 3) ? 1 : rng.chance(1, 4) ? 3 : 2;
  d.address = static_cast<AddressKind>(d.brokers == 1 ? 0 : rng.below(3));
  d.beat = milliseconds(50 + up_to(rng, 150));
  d.takeover_after = d.beat * 8;
  d.hook_most = milliseconds(rng.chance(1, 3) ? up_to(rng, 2'000) : up_to(rng, 100));
  d.fence_works = rng.chance(2, 3);
  d.blackout = rng.chance(1, 10) ? 1 : 0;
  d.stop_broker = rng.chance(1, 6) ? 1 : 0;
  if (d.brokers == 1) return;
  d.kill_broker += up_to(rng, 2);
  d.pause_broker += up_to(rng, 2);
  d.hook_fails_percent = rng.chance(1, 3) ? up_to(rng, 30) : 0;
  d.dark_broker = some(rng, 2);
  d.wall = some(rng, 4);
  d.switchover = some(rng, 2);
}

void draw_operators(Rng rng, Draw& d) {
  d.change_fleet = some(rng, 4);
  if (rng.chance(1, 4)) {
    d.back_up = 1 + up_to(rng, 2), d.restore = 1 + up_to(rng, 1);
    if (rng.chance(1, 2)) d.run_least = seconds(6), d.run_most = seconds(40), d.lease = std::max(d.lease, seconds(8));  // much runs just then
  }
  d.roll = rng.chance(1, 5) ? 1 : 0;
  d.roll_at_last = rng.chance(1, 4);
  d.move_endpoint = rng.chance(1, 3) ? 1 + up_to(rng, 2) : 0;
}

// Upgrades from the release before this one. It knows neither restored catalogs nor moved endpoints.
void draw_releases(Rng rng, Draw& d) {
  d.mixed = d.roll + d.roll_at_last > 0 && d.restore + d.move_endpoint == 0;
  d.half_rolled = d.mixed && rng.chance(1, 2);
  d.workers_first = d.mixed && rng.chance(1, 3);
}

// As a desk finds it after a failover. A generator of its own; so has what follows.
void draw_desk(Rng rng, Draw& d) {
  if (d.catalog_failover > 0 && rng.chance(1, 2)) d.stale_desk = 1 + up_to(rng, 2);
}

// Files that come with packages.
void draw_content(Rng rng, Draw& d) {
  if (!rng.chance(1, 4)) return;
  d.content_most = 1'000 + up_to(rng, 6'000);
  d.cut_fetch = 1 + up_to(rng, 7);
}

}  // namespace

Draw draw(std::uint64_t seed) {
  Rng rng(seed * 0x9e3779b97f4a7c15 + 1);
  Draw d;
  draw_cluster(rng, d);
  draw_time(rng, d);
  draw_faults(rng, d);
  draw_company(Rng(seed * 0xd1342543de82ef95 + 7), d);
  draw_brokers(Rng(seed * 0xaf251af3b0f025b5 + 11), d);
  draw_operators(Rng(seed * 0x94d049bb133111eb + 13), d);
  draw_releases(Rng(seed * 0xd6e8feb86659fd93 + 17), d);
  draw_desk(Rng(seed * 0x8bb84b93962eacc9 + 23), d);
  draw_content(Rng(seed * 0xa0761d6478bd642f + 19), d);
  if (d.kill_broker + d.kill_master + d.kill_worker + d.pause_worker + d.cut == 0) calm(d);
  d.executions = 1 + up_to(rng, 5);
  d.items_most = 1 + up_to(rng, 30);
  if (!rng.chance(1, 4)) return d;
  // Few tasks that outlive their leases by far, and workers that are away just then.
  d.items_most = 1 + up_to(rng, 5);
  d.workers = std::max(d.workers, 2u);
  d.lease = std::max(d.lease, seconds(8));
  d.run_least = seconds(15);
  d.run_most = seconds(60);
  d.pause_worker = 10 + up_to(rng, 4);
  return d;
}

std::string to_text(const Draw& d) {
  const auto n = [](auto number) { return std::to_string(number); };
  constexpr std::array kAddress = {"on one host", "with a moving address", "behind a balancer"};
  return "brokers " + n(d.brokers) + " " + kAddress[static_cast<std::size_t>(d.address)] + ", workers " + n(d.workers) + " of " + n(d.cpus) + " cpus, masters " + n(d.masters) + ", shards " + n(d.shards) + ", clients " + n(d.clients) +
         ", offers " + n(d.offers_per_class) + "/" + n(d.offers_per_group) + ", batch " + n(d.batch_rows) + " rows, log window " +
         n(d.log_window) + ", spool " + n(d.spool_bytes) + "; safety " + format_duration(d.safety) + ", delay " +
         format_duration(d.delay_most) + ", commit " + format_duration(d.commit_most) + ", lease " +
         format_duration(d.lease) + ", grace " + format_duration(d.catalog_grace) + ", clocks " + n(d.clock_ppm) + " ppm, takeover after " + format_duration(d.takeover_after) + ", hooks " + format_duration(d.hook_most) + ", fence " + (d.fence_works ? "works" : "fails") + "; kills: broker " + n(d.kill_broker) + ", master " +
         n(d.kill_master) + ", worker " + n(d.kill_worker) + ", keeper " + n(d.kill_keeper) + "; pauses: broker " +
         n(d.pause_broker) + ", master " + n(d.pause_master) + " and past its fencing " + n(d.sleep_master) + ", worker " + n(d.pause_worker) + "; hooks fail " + n(d.hook_fails_percent) + " %, brokers dark " + n(d.dark_broker) + ", walls " + n(d.wall) + ", switchovers " + n(d.switchover) + ", stops " + n(d.stop_broker) + ", blackouts " + n(d.blackout) + "; cuts " + n(d.cut) +
         ", partitions " + n(d.partition) + ", rogues " + n(d.rogue) + ", twins " + n(d.twin) + "; catalog away " + n(d.catalog_away) + ", slow " +
         n(d.catalog_slow) + ", failovers " + n(d.catalog_failover) + ", stale desks " + n(d.stale_desk) + ", without standby " + n(d.catalog_standby_gone) + ", unknown " + n(d.unknown_percent) + " %; spools " + (d.lose_spools ? "may be lost" : "kept") +
         "; fleet changes " + n(d.change_fleet) + ", backups " + n(d.back_up) + ", restores " + n(d.restore) + ", rolls " + n(d.roll) + (d.roll_at_last ? " and at last" : "") + (d.mixed ? " from the release before" : "") + (d.half_rolled ? ", halfway for long" : "") + (d.workers_first ? ", workers first" : "") + ", moves " + n(d.move_endpoint) + "; executions " + n(d.executions) + ", items " + n(d.items_most) + ", run " + format_duration(d.run_most) + ", content up to " + n(d.content_most) + " bytes, lost between pieces " + n(d.cut_fetch);
}

}  // namespace argosy::sim
