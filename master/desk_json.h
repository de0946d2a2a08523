// Rows of the catalog as the documents of requests.md. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/fleet.h"
#include "catalog/views.h"
#include "master/desk_orders.h"

namespace argosy::master {

// "2026-11-22T20:30:11.123456Z"; 0 gives null.
nlohmann::json time_json(WallTime at);

nlohmann::json execution_json(const catalog::ExecutionView& view);
// `bare`: items are named by their id alone.
nlohmann::json item_json(const catalog::ItemView& item, const std::vector<catalog::TaskInfo>& tasks, bool bare);
nlohmann::json attempt_json(const catalog::AttemptView& attempt);
// `seen`: what the machine knows; nullptr: not connected.
nlohmann::json worker_json(const catalog::WorkerRecord& worker, const WorkerView* seen);
nlohmann::json reports_json(const FleetOutcome& fleet);
// It is seen every two seconds while it can write to the catalog.
inline bool is_silent(const catalog::MasterRecord& master, WallTime now) { return master.last_seen + seconds(10) < now; }
// `holders`: as the broker tells them; `self`: the master that answers.
std::vector<nlohmann::json> masters_json(const std::vector<catalog::MasterRecord>& masters,
                                         const std::vector<catalog::ShardRecord>& shards, const std::vector<Holder>& holders,
                                         const std::string& self, WallTime now);
// All brokers, the active one first, as it sees them.
std::vector<BrokerView> brokers_of(const FleetOutcome& fleet);

// One item as people name it: NAME, NAME[ID], or ID alone where the plan is a bare command with an array.
std::string item_label(const std::string& task, bool is_array, const std::string& id, bool bare);
bool is_bare(const std::string& project, const std::vector<std::string>& task_names);

struct ItemChoice {
  TaskNo task;
  std::optional<ItemNo> item;  // nothing: all of the task
};
// Failure: no such task or item, in words.
Result<ItemChoice> find_item(const Package& plan, bool bare, const std::string& label);

}  // namespace argosy::master
