// The cluster as a whole: status, the audit trail, verify and clean.
#include <algorithm>
#include <charconv>

#include "catalog/clean.h"
#include "catalog/fleet.h"
#include "catalog/operations.h"
#include "catalog/verify.h"
#include "catalog/views.h"
#include "master/desk_json.h"
#include "master/desk_verbs.h"

namespace argosy::master {
namespace {

using nlohmann::json;

std::uint64_t of(const catalog::Totals& totals, ExecutionStatus status) {
  const auto found = totals.executions.find(status);
  return found == totals.executions.end() ? 0 : found->second;
}

json workers_json(const std::vector<catalog::WorkerRecord>& workers, const FleetOutcome& fleet) {
  std::uint64_t online = 0, enabled = 0, disabled = 0, draining = 0;
  for (const auto& view : fleet.workers) online += view.presence.change == PresenceChange::here ? 1 : 0;
  for (const auto& worker : workers) {
    const bool is_enabled = worker.party.state == catalog::PartyState::enabled;
    draining += is_enabled && worker.draining ? 1 : 0;
    enabled += is_enabled && !worker.draining ? 1 : 0;
    disabled += is_enabled ? 0 : 1;
  }
  return {{"online", online}, {"enabled", enabled}, {"disabled", disabled}, {"draining", draining}};
}

std::uint64_t refused_peers(const FleetOutcome& fleet) {
  std::uint64_t out = 0;
  for (const auto& broker : fleet.brokers) {
    for (const auto& peer : broker.refused) out += peer.count;
  }
  return out;
}

}  // namespace

Verdict cluster_status(Room&, Arguments& arguments) {
  if (auto refusal = arguments.done()) return *refusal;
  Later later;
  later.orders.emplace_back(FleetOrder{});
  later.finish = [](Room& after, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    const auto& fleet = std::get<FleetOutcome>(outcomes.front());
    const auto totals = catalog::count_all(after.catalog);
    const auto workers = catalog::list_workers(after.catalog);
    const bool here = totals.ok() && workers.ok() && fleet.catalog_available;
    json out;
    out["cluster"] = after.options.cluster;
    out["catalog"] = {{"state", here ? "available" : "away"},
                      {"dialect", after.catalog.dialect() == catalog::Dialect::sqlite ? "sqlite" : "postgresql"},
                      {"detail", here ? json(after.catalog.address())
                                      : json(!totals ? totals.error().message : fleet.catalog_detail)}};
    const catalog::Totals counts = totals.ok() ? *totals : catalog::Totals();
    out["executions"] = {{"created", of(counts, ExecutionStatus::created)}, {"pending", of(counts, ExecutionStatus::pending)},
                         {"running", of(counts, ExecutionStatus::running)}, {"stopping", of(counts, ExecutionStatus::stopping)}};
    out["tasks"] = {{"waiting", counts.active.waiting}, {"ready", counts.active.ready}, {"running", counts.active.running}};
    out["workers"] = workers_json(workers.ok() ? *workers : std::vector<catalog::WorkerRecord>(), fleet);
    out["refused"] = refused_peers(fleet);
    out["counters"] = json::object();
    for (const auto& counter : fleet.counters) out["counters"][counter.name] = counter.value;
    for (const auto& broker : fleet.brokers) {
      for (const auto& counter : broker.counters) out["counters"][broker.broker + "." + counter.name] = counter.value;
    }
    out["master"] = after.options.self.name;
    out["warnings"] = json::array();
    for (const auto& holder : fleet.holders) {
      if (!holder.master.empty()) continue;
      out["warnings"].push_back("no master holds shard " + std::to_string(holder.reign.shard.value) +
                                ": its executions wait until one takes it; see `argosy master list`");
    }
    for (const auto& broker : brokers_of(fleet)) {
      if (!broker.trouble.empty()) out["warnings"].push_back("broker " + broker.name + ": " + broker.trouble);
    }
    return Document{out, {}};
  };
  return later;
}

Verdict operation_list(Room& room, Arguments& arguments) {
  catalog::OperationFilter filter;
  filter.limit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(arguments.number("limit").value_or(1'000), 1, 10'000));
  const std::string page = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  std::from_chars(page.data(), page.data() + page.size(), filter.before);
  const auto found = catalog::list_operations(room.catalog, filter);
  if (!found) return refusal_of(room.catalog, found.error());
  Document out{json::array(), {}};
  for (const auto& one : *found) {
    out.body.push_back({{"id", one.id}, {"at", time_json(one.row.at)}, {"who", one.row.who}, {"verb", one.row.verb},
                        {"object", one.row.object}, {"detail", one.row.detail}});
  }
  if (found->size() == filter.limit) out.next = std::to_string(found->back().id);
  return out;
}

Verdict catalog_verify(Room& room, Arguments& arguments) {
  catalog::VerifyOptions options;
  options.execution.value = arguments.number("execution").value_or(0);
  options.stop = room.stop;
  if (auto refusal = arguments.done()) return *refusal;
  const auto verdict = catalog::verify(room.catalog, options);
  if (!verdict) return refusal_of(room.catalog, verdict.error());
  json problems = json::array();
  for (const auto& finding : verdict->findings) 
    problems.push_back({{"rule", finding.rule}, {"text", finding.text}, {"means", finding.means}, {"advice", finding.advice}});
  return Document{{{"clean", problems.empty()}, {"executions", verdict->executions}, {"tasks", verdict->tasks},
                   {"attempts", verdict->attempts}, {"log_bytes", verdict->log_bytes}, {"problems", problems}}, {}};
}

Verdict catalog_clean(Room& room, Arguments& arguments) {
  const auto days = arguments.number("older_than_days");
  if (auto refusal = arguments.done()) return *refusal;
  catalog::Retention retention;
  if (days) retention.executions = seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(*days, 36'500)) * 86'400);
  catalog::Cleaned all;
  // One question cleans a bounded number of batches; `more` tells the client to ask again.
  for (int turn = 0; turn < 20 && !room.stop.stop_requested(); ++turn) {
    const auto cleaned = catalog::clean(room.catalog, retention, room.now);
    if (!cleaned) return refusal_of(room.catalog, cleaned.error());
    all.executions += cleaned->executions;
    all.versions += cleaned->versions;
    all.operations += cleaned->operations;
    all.contents += cleaned->contents;
    all.more = cleaned->more;
    if (!cleaned->more) break;
  }
  note(room, "catalog.clean", "catalog", std::to_string(all.executions) + " executions");
  return Document{{{"executions", all.executions}, {"versions", all.versions}, {"operations", all.operations},
                   {"contents", all.contents}, {"more", all.more}}, {}};
}

Verdict cluster_keys(Room& room, Arguments& arguments) {
  if (auto refusal = arguments.done()) return *refusal;
  return Document{{{"catalog", room.options.catalog_key}}, {}};
}

}  // namespace argosy::master
