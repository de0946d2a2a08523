// The cluster as a whole: status, the audit trail, verify and clean.
#include <algorithm>
#include <charconv>

#include "base/counted.h"
#include "base/text.h"
#include "catalog/clean.h"
#include "catalog/fleet.h"
#include "catalog/operations.h"
#include "catalog/verify.h"
#include "catalog/views.h"
#include "fabric/certificates.h"
#include "fabric/trust.h"
#include "fabric/whereabouts.h"
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

// Of `broker.list` and `master.list`, who there is and what each one does.
json brokers_told(const FleetOutcome& fleet) {
  json out = json::array();
  for (const auto& row : reports_json(fleet)) out.push_back({{"broker", row["broker"]}, {"duty", row["duty"]}});
  return out;
}

json masters_told(Room& room, const FleetOutcome& fleet) {
  json out = json::array();
  const auto shards = catalog::list_shards(room.catalog);
  const auto masters = catalog::list_masters(room.catalog);
  if (!shards || !masters) return out;
  for (const auto& row : masters_json(*masters, *shards, fleet.holders, room.options.self.name, room.now)) {
    out.push_back({{"master", row["master"]}, {"state", row["state"]}});
  }
  return out;
}

constexpr std::size_t kEndpointMost = 256;               // as brokers take it: protocol.md, "Brokers"
constexpr std::size_t kCertificatesMost = 64u << 10;

// Nothing: it is one. What is written here is what everybody will connect to.
std::optional<std::string> endpoint_trouble(const std::string& endpoint) {
  const auto host = fabric::host_of(endpoint);
  if (!host) return host.error().message;
  const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool good = error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
  if (!good) return "endpoint " + printable(endpoint) + ": the port must be a number from 1 to 65535";
  return std::nullopt;
}

// Those of the endpoint as it is now: told with an earlier move, or this master's file.
Result<std::string> current_certificates(Room& room) {
  const auto told = catalog::read_endpoint(room.catalog);
  if (told && told->serial > 0) return told->certificates;
  const auto own = fabric::Certificate::load(room.options.endpoint_certificate);
  if (!own) return own.error();
  std::string pem;
  for (const auto& each : *own) pem += each.pem();
  return pem;
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
    out["now"] = time_json(after.now);
    out["catalog"] = {{"state", here ? "available" : "away"},
                      {"dialect", after.catalog.dialect() == catalog::Dialect::sqlite ? "sqlite" : "postgresql"},
                      {"detail", here ? json(after.catalog.address())
                                      : json(!totals ? totals.error().message : fleet.catalog_detail)}};
    const catalog::Totals counts = totals.ok() ? *totals : catalog::Totals();
    out["executions"] = {{"created", of(counts, ExecutionStatus::created)}, {"pending", of(counts, ExecutionStatus::pending)},
                         {"running", of(counts, ExecutionStatus::running)}, {"stopping", of(counts, ExecutionStatus::stopping)}};
    out["tasks"] = {{"waiting", counts.active.waiting}, {"ready", counts.active.ready}, {"running", counts.active.running}};
    out["workers"] = workers_json(workers.ok() ? *workers : std::vector<catalog::WorkerRecord>(), fleet);
    out["brokers"] = brokers_told(fleet);
    out["masters"] = masters_told(after, fleet);
    out["refused"] = refused_peers(fleet);
    out["counters"] = json::object();
    for (const auto& counter : fleet.counters) out["counters"][counter.name] = counter.value;
    for (const auto& broker : fleet.brokers) {
      for (const auto& counter : broker.counters) out["counters"][broker.broker + "." + counter.name] = counter.value;
    }
    out["master"] = after.options.self.name;
    const auto endpoint = catalog::read_endpoint(after.catalog);
    if (endpoint && endpoint->serial > 0) out["endpoint"] = {{"endpoint", endpoint->endpoint}, {"serial", endpoint->serial}};
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
  filter.limit = arguments.page_limit();
  const std::string page = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  std::from_chars(page.data(), page.data() + page.size(), filter.before);
  const auto found = catalog::list_operations(room.catalog, filter);
  if (!found) return refusal_of(room.catalog, found.error());
  Document out{json::array(), {}};
  for (const auto& one : *found) {
    out.add({{"id", one.id}, {"at", time_json(one.row.at)}, {"who", one.row.who}, {"verb", one.row.verb},
             {"object", one.row.object}, {"detail", one.row.detail}}, std::to_string(one.id));
  }
  if (found->size() == filter.limit) out.next = out.marks.back();
  return out;
}

Verdict catalog_verify(Room& room, Arguments& arguments) {
  catalog::VerifyOptions options;
  const auto execution = arguments.number("execution");
  options.execution.value = execution.value_or(0);
  options.stop = room.stop;
  if (auto refusal = arguments.done()) return *refusal;
  const auto verdict = catalog::verify(room.catalog, options);
  if (!verdict) return refusal_of(room.catalog, verdict.error());
  if (execution && (*execution == 0 || verdict->executions == 0)) {
    return DeskRefusal{Refusal::not_found, "there is no execution " + std::to_string(*execution)};
  }
  json problems = json::array();
  for (const auto& finding : verdict->findings)
    problems.push_back({{"rule", finding.rule}, {"text", finding.text}, {"means", finding.means}, {"advice", finding.advice}});
  return Document{{{"clean", problems.empty()}, {"executions", verdict->executions}, {"tasks", verdict->tasks},
                   {"attempts", verdict->attempts}, {"log_bytes", verdict->log_bytes}, {"problems", problems}, {"more", verdict->more}}, {}};
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
  note(room, "catalog.clean", "catalog", counted(all.executions, "execution"));
  return Document{{{"executions", all.executions}, {"versions", all.versions}, {"operations", all.operations},
                   {"contents", all.contents}, {"more", all.more}}, {}};
}

// SSIS: update_master_address. Believed here first, by the same rules as by those who will hear it.
Verdict catalog_set_endpoint(Room& room, Arguments& arguments) {
  const std::string endpoint = arguments.text("endpoint", true);
  std::string certificates = arguments.text("certificates");
  if (auto refusal = arguments.done()) return *refusal;
  if (const auto trouble = endpoint_trouble(endpoint)) return DeskRefusal{Refusal::invalid, *trouble};
  if (certificates.empty()) {
    const auto own = current_certificates(room);
    if (!own) return DeskRefusal{Refusal::invalid, own.error().message};
    certificates = *own;
  }
  if (endpoint.size() > kEndpointMost || certificates.size() > kCertificatesMost) {
    return DeskRefusal{Refusal::too_large, "an endpoint has at most 256 bytes, its certificates 64 KiB"};
  }
  const auto keys = fabric::believed_keys(room.options.authorities, certificates, endpoint, room.now);
  if (!keys) {
    return DeskRefusal{Refusal::invalid, "nobody would believe it: " + keys.error().message +
                                             "; `argosy cluster certificate --host HOST FILE` makes a certificate for another host"};
  }
  const auto set = catalog::set_endpoint(room.catalog, endpoint, certificates, room.now);
  if (!set) return refusal_of(room.catalog, set.error());
  room.fleet_changed = true;
  note(room, "catalog.set-endpoint", endpoint, "serial " + std::to_string(set->serial));
  return Document{{{"endpoint", set->endpoint}, {"serial", set->serial}}, {}};
}

Verdict cluster_keys(Room& room, Arguments& arguments) {
  if (auto refusal = arguments.done()) return *refusal;
  return Document{{{"catalog", room.options.catalog_key}}, {}};
}

}  // namespace argosy::master
