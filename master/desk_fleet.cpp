// Workers, masters and brokers.
#include <algorithm>
#include <functional>

#include "base/text.h"
#include "catalog/fleet.h"
#include "master/desk_json.h"
#include "master/desk_verbs.h"

namespace argosy::master {
namespace {

using nlohmann::json;

DeskRefusal no_worker(const std::string& name) {
  return {Refusal::not_found, "there is no worker " + printable(name) + "; `argosy worker list` shows those that are there"};
}

// The worker's document, as the catalog has it now.
Verdict show(Room& room, const std::string& name) {
  const auto worker = catalog::read_worker(room.catalog, name);
  if (!worker) return refusal_of(room.catalog, worker.error());
  if (!*worker) return no_worker(name);
  return Document{worker_json(**worker, nullptr), {}};
}

Verdict change_state(Room& room, Arguments& arguments, const char* verb, catalog::PartyState state,
                     std::optional<bool> draining) {
  const std::string name = arguments.text("worker", true);
  if (auto refusal = arguments.done()) return *refusal;
  const auto changed = catalog::set_party_state(room.catalog, Role::worker, name, state);
  if (!changed) return refusal_of(room.catalog, changed.error());
  if (!*changed) return no_worker(name);
  const auto set = catalog::set_worker(room.catalog, name, draining, std::nullopt);
  if (!set) return refusal_of(room.catalog, set.error());
  room.fleet_changed = true;
  note(room, verb, "worker " + name);
  return show(room, name);
}

const FleetOutcome& fleet_of(const std::vector<DeskOutcome>& outcomes) { return std::get<FleetOutcome>(outcomes.back()); }

bool is_online(const FleetOutcome& fleet, const std::string& name) {
  return std::any_of(fleet.workers.begin(), fleet.workers.end(), [&](const WorkerView& view) {
    return view.presence.worker == name && view.presence.change == PresenceChange::here;
  });
}

bool valid_tags(const std::vector<std::string>& tags) {
  return tags.size() <= limits::kTagsPerTask && std::all_of(tags.begin(), tags.end(), is_name);
}

}  // namespace

Verdict worker_add(Room& room, Arguments& arguments) {
  const std::string name = arguments.text("worker", true);
  const std::string key = arguments.text("key", true);
  const auto tags = arguments.texts("tags");
  if (auto refusal = arguments.done()) return *refusal;
  if (!is_name(name)) return DeskRefusal{Refusal::invalid, "'" + printable(name) + "' is no name of a worker"};
  const bool hex = key.size() == 64 && key.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex) return DeskRefusal{Refusal::invalid, "argument key must be 64 lower-case hexadecimal digits"};
  if (tags && !valid_tags(*tags)) return DeskRefusal{Refusal::invalid, "a tag is a name of letters, digits, '.', '_' and '-'"};
  // What is there keeps its state: adding again is how a client repeats itself. What was removed begins anew.
  const auto before = catalog::read_worker(room.catalog, name);
  if (!before) return refusal_of(room.catalog, before.error());
  catalog::Party party{Role::worker, name, key, catalog::PartyState::disabled, room.now};
  if (*before && (*before)->party.key == key && (*before)->party.state != catalog::PartyState::removed) party.state = (*before)->party.state;
  const auto added = catalog::add_party(room.catalog, party);
  if (!added) return refusal_of(room.catalog, added.error(), Refusal::conflict);
  if (tags) {
    const auto set = catalog::set_worker(room.catalog, name, std::nullopt, *tags);
    if (!set) return refusal_of(room.catalog, set.error());
  }
  room.fleet_changed = true;
  note(room, "worker.add", "worker " + name);
  return show(room, name);
}

Verdict worker_list(Room&, Arguments& arguments) {
  if (auto refusal = arguments.done()) return *refusal;
  Later later;
  later.orders.emplace_back(FleetOrder{});
  later.finish = [](Room& after, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    const auto workers = catalog::list_workers(after.catalog);
    if (!workers) return refusal_of(after.catalog, workers.error());
    auto views = fleet_of(outcomes).workers;
    if (after.options.shards > 1) {  // the machine knows of its own shards only
      const auto running = catalog::running_attempts_by_worker(after.catalog);
      if (!running) return refusal_of(after.catalog, running.error());
      for (auto& view : views) view.running = running->contains(view.presence.worker) ? running->at(view.presence.worker) : 0;
    }
    Document out{json::array(), {}};
    for (const auto& worker : *workers) {
      const auto seen = std::find_if(views.begin(), views.end(),
                                     [&](const WorkerView& view) { return view.presence.worker == worker.party.name; });
      out.body.push_back(worker_json(worker, seen == views.end() ? nullptr : &*seen));
    }
    return out;
  };
  return later;
}

Verdict worker_enable(Room& room, Arguments& arguments) {
  return change_state(room, arguments, "worker.enable", catalog::PartyState::enabled, false);
}

Verdict worker_disable(Room& room, Arguments& arguments) {
  return change_state(room, arguments, "worker.disable", catalog::PartyState::disabled, std::nullopt);
}

Verdict worker_drain(Room& room, Arguments& arguments) {
  const std::string name = arguments.text("worker", true);
  if (auto refusal = arguments.done()) return *refusal;
  const auto set = catalog::set_worker(room.catalog, name, true, std::nullopt);
  if (!set) return refusal_of(room.catalog, set.error());
  if (!*set) return no_worker(name);
  room.fleet_changed = true;
  note(room, "worker.drain", "worker " + name);
  return show(room, name);
}

Verdict worker_lost(Room& room, Arguments& arguments) {
  const std::string name = arguments.text("worker", true);
  if (auto refusal = arguments.done()) return *refusal;
  const auto worker = catalog::read_worker(room.catalog, name);
  if (!worker) return refusal_of(room.catalog, worker.error());
  if (!*worker) return no_worker(name);
  Later later;
  later.orders.emplace_back(LostOrder{0, room.who(), name});
  later.orders.emplace_back(FleetOrder{});
  later.finish = [name](Room& after, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    const std::uint64_t attempts = std::get<LostOutcome>(outcomes.front()).attempts;
    if (attempts == 0) note(after, "worker.lost", "worker " + name, "nothing was open");  // else the machine wrote it with the ends
    json elsewhere = json::array();
    for (const auto& holder : fleet_of(outcomes).holders) {
      if (!holder.master.empty() && holder.master != after.options.self.name) elsewhere.push_back(holder.reign.shard.value);
    }
    return Document{{{"worker", name}, {"attempts", attempts}, {"elsewhere", elsewhere}}, {}};
  };
  return later;
}

Verdict worker_remove(Room& room, Arguments& arguments) {
  const std::string name = arguments.text("worker", true);
  if (auto refusal = arguments.done()) return *refusal;
  const auto open = catalog::open_attempts_by_worker(room.catalog);
  if (!open) return refusal_of(room.catalog, open.error());
  if (const auto found = open->find(name); found != open->end() && found->second > 0) {
    return DeskRefusal{Refusal::conflict, "worker " + name + " has " + std::to_string(found->second) +
                                              " attempts that have not ended: drain it first, or vouch for its death with "
                                              "`argosy worker lost`"};
  }
  Later later;
  later.orders.emplace_back(FleetOrder{});
  later.finish = [name](Room& after, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    const auto deed = deed_of(after, "worker.remove", "worker " + name);
    const auto removed = catalog::remove_party(after.catalog, Role::worker, name, deed);
    if (!removed) return refusal_of(after.catalog, removed.error());
    if (!*removed) return no_worker(name);
    after.fleet_changed = true;
    return Document{{{"worker", name}, {"removed", true}, {"online", is_online(fleet_of(outcomes), name)}}, {}};
  };
  return later;
}

Verdict worker_set(Room& room, Arguments& arguments) {
  const std::string name = arguments.text("worker", true);
  const auto tags = arguments.texts("tags", true);
  if (auto refusal = arguments.done()) return *refusal;
  if (!valid_tags(*tags)) return DeskRefusal{Refusal::invalid, "a tag is a name of letters, digits, '.', '_' and '-'"};
  const auto set = catalog::set_worker(room.catalog, name, std::nullopt, *tags);
  if (!set) return refusal_of(room.catalog, set.error());
  if (!*set) return no_worker(name);
  room.fleet_changed = true;
  note(room, "worker.set", "worker " + name, "tags");
  return show(room, name);
}

Verdict master_list(Room&, Arguments& arguments) {
  if (auto refusal = arguments.done()) return *refusal;
  Later later;
  later.orders.emplace_back(FleetOrder{});
  later.finish = [](Room& after, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    const auto shards = catalog::list_shards(after.catalog);
    if (!shards) return refusal_of(after.catalog, shards.error());
    const auto masters = catalog::list_masters(after.catalog);
    if (!masters) return refusal_of(after.catalog, masters.error());
    Document out{json::array(), {}};
    for (auto& row : masters_json(*masters, *shards, fleet_of(outcomes).holders, after.options.self.name, after.now)) {
      out.body.push_back(std::move(row));
    }
    return out;
  };
  return later;
}

Verdict broker_list(Room&, Arguments& arguments) {
  if (auto refusal = arguments.done()) return *refusal;
  Later later;
  later.orders.emplace_back(FleetOrder{});
  later.finish = [](Room&, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    return Document{reports_json(fleet_of(outcomes)), {}};
  };
  return later;
}

}  // namespace argosy::master
