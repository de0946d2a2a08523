#include "master/desk_json.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <set>

#include "base/text.h"
#include "schemas/names.h"
#include "schemas/sources.h"

namespace argosy::master {
namespace {

using nlohmann::json;

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json counts_json(const TaskCounts& counts) {
  return {{"total", counts.total},       {"waiting", counts.waiting},   {"ready", counts.ready},
          {"running", counts.running},   {"succeeded", counts.succeeded}, {"failed", counts.failed},
          {"canceled", counts.canceled}, {"interrupted", counts.interrupted}, {"skipped", counts.skipped}};
}

double in_seconds(Duration duration) { return static_cast<double>(duration.us) / 1e6; }

std::string_view state_name(const catalog::WorkerRecord& worker) {
  switch (worker.party.state) {
    case catalog::PartyState::enabled: return worker.draining ? "draining" : "enabled";
    case catalog::PartyState::disabled: return "disabled";
    case catalog::PartyState::removed: return "removed";
    case catalog::PartyState::requested: return "requested";
  }
  return "disabled";
}

}  // namespace

json time_json(WallTime at) {
  if (at.us == 0) return nullptr;
  const time_t whole = at.us / 1'000'000;
  tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[40];
  const std::size_t length = ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%06dZ", static_cast<int>(at.us % 1'000'000));
  return text;
}

json execution_json(const catalog::ExecutionView& view) {
  json out;
  out["id"] = view.id.value;
  out["package"] = view.package;
  out["project"] = text_or_null(view.project);
  out["version"] = text_or_null(view.version);
  out["status"] = to_string(view.status);
  out["status_code"] = static_cast<int>(view.status);
  out["created_at"] = time_json(view.created_at);
  out["started_at"] = time_json(view.started_at);
  out["ended_at"] = time_json(view.ended_at);
  out["submitter"] = view.submitter;
  out["key"] = view.key;
  out["priority"] = view.priority;
  out["batch"] = text_or_null(view.batch);
  out["environment"] = text_or_null(view.environment);
  out["parameters"] = view.parameters;
  out["workers"] = view.workers;
  out["worker_tags"] = view.worker_tags;
  out["retry_of"] = view.retry_of ? json(view.retry_of->value) : json(nullptr);
  out["detail"] = text_or_null(view.detail);
  out["tasks"] = counts_json(view.counts);
  return out;
}

std::string item_label(const std::string& task, bool is_array, const std::string& id, bool bare) {
  if (!is_array) return task;
  return bare ? id : task + "[" + id + "]";
}

bool is_bare(const std::string& project, const std::vector<std::string>& task_names) {
  return project.empty() && task_names.size() == 1 && task_names[0] == kCommandTask;
}

json attempt_json(const catalog::AttemptView& attempt) {
  const bool ended = attempt.ended_at.us != 0;
  json out;
  out["attempt"] = attempt.attempt.attempt.value;
  out["worker"] = text_or_null(attempt.worker);
  out["session"] = attempt.session.value;
  out["status"] = to_string(attempt.state);
  out["reason"] = ended ? json(to_string(attempt.reason)) : json(nullptr);
  out["exit_code"] = ended && attempt.exit_code >= 0 ? json(attempt.exit_code) : json(nullptr);
  out["signal"] = ended && attempt.signal > 0 ? json(attempt.signal) : json(nullptr);
  out["claimed_at"] = time_json(attempt.claimed_at);
  out["started_at"] = time_json(attempt.started_at);
  out["ended_at"] = time_json(attempt.ended_at);
  out["user_seconds"] = in_seconds(attempt.usage.user);
  out["system_seconds"] = in_seconds(attempt.usage.system);
  out["max_rss_bytes"] = attempt.usage.max_rss_bytes;
  out["log_bytes"] = attempt.log_bytes;
  out["stderr_tail"] = text_or_null(attempt.stderr_tail);
  out["detail"] = text_or_null(attempt.detail);
  return out;
}

json item_json(const catalog::ItemView& item, const std::vector<catalog::TaskInfo>& tasks, bool bare) {
  json out;
  out["task"] = item_label(item.name, item.is_array, item.id, bare);
  out["name"] = item.name;
  out["item"] = item.is_array ? json(item.item.item.value) : json(nullptr);
  out["value"] = item.is_array ? json(item.value) : json(nullptr);
  out["after"] = item.item.task.value < tasks.size() ? tasks[item.item.task.value].after : std::vector<std::string>();
  out["status"] = to_string(item.state);
  const json attempt = item.latest ? attempt_json(*item.latest) : json::object();
  for (const char* name : {"attempt", "worker", "exit_code", "signal", "reason", "detail", "claimed_at", "started_at",
                           "ended_at", "log_bytes"}) {
    out[name] = attempt.contains(name) ? attempt[name] : json(nullptr);
  }
  return out;
}

json worker_json(const catalog::WorkerRecord& worker, const WorkerView* seen) {
  const bool online = seen != nullptr && seen->presence.change == PresenceChange::here;
  const Host& host = online ? seen->presence.host : worker.host;
  json out;
  out["worker"] = worker.party.name;
  out["key"] = worker.party.key;
  out["state"] = state_name(worker);
  out["online"] = online;
  out["host"] = text_or_null(host.name);
  out["build"] = text_or_null(online ? seen->presence.build : worker.build);
  out["session"] = online ? json(seen->presence.session.value) : json(nullptr);
  out["cpu"] = online ? json(static_cast<double>(seen->presence.capacity.cpu_milli) / 1000) : json(nullptr);
  out["memory_bytes"] = online ? json(seen->presence.capacity.memory_bytes) : json(nullptr);
  std::set<std::string> tags(worker.tags.begin(), worker.tags.end());
  if (online) tags.insert(seen->presence.capacity.tags.begin(), seen->presence.capacity.tags.end());
  out["tags"] = tags;
  out["running"] = seen != nullptr ? seen->running : 0;
  out["connected_at"] = time_json(worker.connected_at);
  out["last_seen"] = time_json(worker.last_seen);
  return out;
}

namespace {

// A broker as the active one knows it, and what it reported itself when it was active last.
json broker_json(const BrokerView& view, const BrokerReport* report) {
  json counters = json::object();
  json refused = json::array();
  if (report != nullptr) {
    for (const auto& counter : report->counters) counters[counter.name] = counter.value;
    for (const auto& peer : report->refused) {
      refused.push_back({{"key", peer.key}, {"address", peer.address}, {"reason", peer.reason}, {"count", peer.count},
                         {"last", time_json(peer.last)}});
    }
  }
  const bool known = !view.fingerprint.empty() || view.epoch.number > 0;  // else it was never heard
  return {{"broker", view.name}, {"duty", known ? json(to_string(view.duty)) : json(nullptr)},
          {"epoch", known ? json(view.epoch.number) : json(nullptr)}, {"active", view.duty == BrokerDuty::active},
          {"fingerprint", text_or_null(view.fingerprint)},
          {"heard_ago_ms", known ? json(view.heard_ago.us / 1000) : json(nullptr)},
          {"trouble", text_or_null(view.trouble)}, {"counters", counters}, {"refused", refused}};
}

const BrokerReport* report_of(const FleetOutcome& fleet, const std::string& broker) {
  for (const auto& each : fleet.brokers) {
    if (each.broker == broker) return &each;
  }
  return nullptr;
}

}  // namespace

std::vector<BrokerView> brokers_of(const FleetOutcome& fleet) {
  const BrokerReport* active = report_of(fleet, fleet.epoch.broker);
  std::vector<BrokerView> all;
  if (active != nullptr) all = active->brokers;
  const bool itself = !all.empty() && all.front().name == fleet.epoch.broker;
  if (!itself && !fleet.epoch.broker.empty()) {  // it has not reported, or is of an earlier version
    all.insert(all.begin(), BrokerView{fleet.epoch.broker, BrokerDuty::active, fleet.epoch, "", Duration{}, ""});
  }
  return all;
}

json reports_json(const FleetOutcome& fleet) {
  json out = json::array();
  for (const BrokerView& view : brokers_of(fleet)) out.push_back(broker_json(view, report_of(fleet, view.name)));
  return out;
}

std::vector<json> masters_json(const std::vector<catalog::MasterRecord>& masters,
                               const std::vector<catalog::ShardRecord>& shards, const std::vector<Holder>& holders,
                               const std::string& self, WallTime now) {
  std::map<std::string, json> rows;
  for (const auto& one : masters) {
    const bool silent = one.master != self && is_silent(one, now);
    rows[one.master] = {{"master", one.master}, {"state", silent ? "silent" : "standby"}, {"host", text_or_null(one.host.name)},
                        {"build", text_or_null(one.build)}, {"since", time_json(one.since)},
                        {"last_seen", time_json(one.last_seen)}};
  }
  for (auto& [name, row] : rows) row["shards"] = row["reigns"] = json::array();
  for (const auto& shard : shards) {
    if (shard.master.empty() || rows.count(shard.master) == 0) continue;
    json& row = rows[shard.master];
    const bool connected = std::any_of(holders.begin(), holders.end(), [&](const Holder& holder) {
      return holder.reign == shard.reign && holder.master == shard.master;
    });
    // Of one that left or died, until another one takes the shard, the catalog tells the last holder: it holds nothing.
    if (!connected) continue;
    row["state"] = "holding";
    row["shards"].push_back({{"shard", shard.reign.shard.value}, {"term", shard.reign.term.value},
                             {"since", time_json(shard.taken_at)}});
    row["reigns"].push_back(std::to_string(shard.reign.shard.value) + "@" + std::to_string(shard.reign.term.value));
  }
  std::vector<json> out;
  for (auto& [name, row] : rows) out.push_back(std::move(row));
  return out;
}

Result<ItemChoice> find_item(const Package& plan, bool bare, const std::string& label) {
  const auto bracket = label.find('[');
  std::string name = label.substr(0, bracket);
  std::optional<std::string> id;
  if (bracket != std::string::npos && label.back() == ']') id = label.substr(bracket + 1, label.size() - bracket - 2);
  if (bare && name != kCommandTask) {
    id = label;
    name = kCommandTask;
  }
  for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
    const Task& task = plan.tasks[i];
    if (task.name != name) continue;
    ItemChoice out{TaskNo{static_cast<std::uint32_t>(i)}, std::nullopt};
    if (!id) return out;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(id->data(), id->data() + id->size(), number);
    if (error == std::errc() && end == id->data() + id->size() && task.for_each.source != ItemSource::none) {
      const bool range = task.for_each.source == ItemSource::range;
      const std::int64_t from = range ? number - task.for_each.range.first : number;
      const std::int64_t step = range ? task.for_each.range.step : 1;
      if (from >= 0 && from % step == 0 && static_cast<std::uint64_t>(from / step) < item_count(task.for_each)) {
        out.item = ItemNo{static_cast<std::uint64_t>(from / step)};
        return out;
      }
    }
    return Error{"task " + name + " has no item " + printable(*id)};
  }
  std::vector<std::string> names;
  for (const auto& task : plan.tasks) names.push_back(task.name);
  const auto near = nearest(name, names);
  return Error{"there is no task " + printable(name) + (near ? "; did you mean " + *near + "?" : "; see `argosy task list`")};
}

}  // namespace argosy::master
