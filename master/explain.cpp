#include "master/explain.h"

#include <algorithm>
#include <array>

#include "base/counted.h"
#include "master/fleet.h"
#include "master/graph.h"
#include "master/reconcile.h"
#include "master/step.h"

namespace argosy::master {
namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// "0.5", "1000".
std::string cpu_text(std::uint64_t milli) {
  const std::string thousandths = std::to_string(1000 + milli % 1000);
  std::string out = std::to_string(milli / 1000) + "." + thousandths.substr(1);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

// "24GiB", "23.5GiB": to tenths, up for what is needed and down for what is there, so that the two never look the same.
std::string memory_text(std::uint64_t bytes, bool up) {
  std::uint64_t unit = 1024;
  std::size_t name = 0;
  constexpr std::array names{"KiB", "MiB", "GiB", "TiB", "PiB"};
  for (; name + 1 < names.size() && bytes / unit >= 1024; ++name) unit *= 1024;
  const std::uint64_t tenths = bytes / unit * 10 + (bytes % unit * 10 + (up ? unit - 1 : 0)) / unit;
  return std::to_string(tenths / 10) + (tenths % 10 > 0 ? "." + std::to_string(tenths % 10) : "") + names[name];
}

// What of the needs this worker can never give; empty: it can.
std::string lacking(const Resources& needs, const Worker& worker) {
  const Resources& has = worker.presence.capacity;
  if (needs.cpu_milli > has.cpu_milli) {
    return "cpu " + cpu_text(needs.cpu_milli) + " needed, " + worker.name + " has " + cpu_text(has.cpu_milli);
  }
  if (needs.memory_bytes > has.memory_bytes && needs.memory_bytes > 0) {
    return "memory " + memory_text(needs.memory_bytes, true) + " needed, " + worker.name + " has " + memory_text(has.memory_bytes, false);
  }
  for (const auto& tag : needs.tags) {
    const bool there = std::find(has.tags.begin(), has.tags.end(), tag) != has.tags.end() ||
                       std::find(worker.setting.tags.begin(), worker.setting.tags.end(), tag) != worker.setting.tags.end();
    if (!there) return "tag " + tag + " needed, " + worker.name + " does not have it";
  }
  return {};
}

std::string name_of(const TaskState& task) { return body_of(task).name; }

std::string waits_for(const TaskState& task) {
  std::vector<std::string> parts;
  for (const After& after : body_of(task).after) {
    const TaskState& before = task.execution->tasks[after.task.value];
    if (before.done) continue;
    const std::uint64_t total = before.items.total();
    parts.push_back(name_of(before) + ": " + std::to_string(total - before.ended()) + " of " + std::to_string(total) + " left");
  }
  return parts.empty() ? "about to be ready" : "waiting for " + join(parts);
}

std::string catalog_text(const Shard& shard, Now now) {
  if (!shard.ledger.away_since) return {};
  const Duration since = now.steady - *shard.ledger.away_since;
  return "the catalog is away since " + clock_text({now.wall.us - since.us}) + ": " + shard.ledger.away_detail;
}

std::string why_held(const State& state, const Shard& shard, Now now, const TaskState& task, const OpenItem& item) {
  const Worker& worker = *state.workers[item.worker];
  const bool stopping = task.execution->status == ExecutionStatus::stopping;
  const auto lane = shard.lanes.find(item.worker);
  const bool current = worker.online && worker.presence.session == item.session;
  if (!current && lane != shard.lanes.end()) {
    const Duration left = lost_at(state, shard, lane->second, task, item) - now.steady;
    const std::string away = worker.online ? "which came back in another session without proof that the earlier one is dead"
                                           : away_text(worker, shard);
    return std::string(stopping ? "stopping: " : "") + "waiting for worker " + worker.name + ", " + away + "; given away at " +
           clock_text(now.wall + left) + " if it is not heard (argosy worker lost " + worker.name + " ends the wait)";
  }
  if (stopping) return "stopping: waiting for worker " + worker.name + " to end it";
  if (item.held) return "ended on " + worker.name + "; waiting for the rest of its log";
  if (item.state == ItemState::running) return "running on " + worker.name;
  const std::string catalog = catalog_text(shard, now);
  if (!catalog.empty()) return "claimed by " + worker.name + "; " + catalog;
  return "claimed by " + worker.name + ", waiting to start";
}

// Lines that say the same are one, with their count.
class Lines {
 public:
  void add(TaskNo task, ItemState state, std::uint64_t count, const std::string& reason) {
    if (count == 0) return;
    for (Explanation& line : lines_) {
      if (line.task == task && line.state == state && line.reason == reason) {
        line.count += count;
        return;
      }
    }
    if (lines_.size() >= most) {
      if (lines_.back().reason != more) lines_.push_back({task, state, 0, more});
      lines_.back().count += count;
      return;
    }
    lines_.push_back({task, state, count, reason});
  }
  std::vector<Explanation> take() { return std::move(lines_); }

 private:
  static constexpr std::size_t most = 200;
  static constexpr const char* more = "for more reasons than are listed; ask for one task";
  std::vector<Explanation> lines_;
};

// why_not_taken, which looks at every worker: once for all items of a task that are ready, and not for one that has none.
class NotTaken {
 public:
  NotTaken(const State& state, const TaskState& task) : state_(state), task_(task) {}
  const std::string& text() {
    if (!text_) text_ = why_not_taken(state_, task_);
    return *text_;
  }

 private:
  const State& state_;
  const TaskState& task_;
  std::optional<std::string> text_;
};

void explain_open(const State& state, const Shard& shard, Now now, const TaskState& task, const OpenItem& item,
                  NotTaken& not_taken, Lines& lines) {
  if (item.is_held()) return lines.add(task.task, item.state, 1, why_held(state, shard, now, task, item));
  if (item.state == ItemState::waiting) {
    return lines.add(task.task, item.state, 1, "back-off until " + clock_text(item.since));
  }
  lines.add(task.task, item.state, 1, not_taken.text());
}

void explain_task(const State& state, const Shard& shard, Now now, const TaskState& task, std::optional<ItemNo> only,
                  Lines& lines) {
  if (task.done) return;
  const std::string catalog = catalog_text(shard, now);
  NotTaken not_taken(state, task);
  if (only) {
    const auto it = task.open.find(only->value);
    if (it != task.open.end()) return explain_open(state, shard, now, task, it->second, not_taken, lines);
    if (task.items.of(only->value) == Readiness::not_ready && task.state == ItemState::ready) return;  // has ended
  } else {
    for (const auto& [no, item] : task.open) explain_open(state, shard, now, task, item, not_taken, lines);
  }
  const std::uint64_t rest = only ? 1 : task.items.total() - task.ended() - task.open.size();
  if (task.state == ItemState::waiting) return lines.add(task.task, ItemState::waiting, rest, waits_for(task));
  if (task.state != ItemState::ready || task.items.closed()) return;
  lines.add(task.task, ItemState::ready, rest, catalog.empty() ? not_taken.text() : catalog);
}

// ": w9 is not known": of the workers that a Submit names, those that nobody added.
std::string unknown_workers(const State& state, const Terms& terms) {
  std::vector<std::string> names;
  for (const auto& name : terms.workers) {
    const bool known = std::any_of(state.workers.begin(), state.workers.end(),
                                   [&](const auto& worker) { return worker->name == name && (worker->online || worker->enrolled); });
    if (!known) names.push_back(name);
  }
  if (names.empty()) return {};
  return ": " + join(names) + (names.size() == 1 ? " is" : " are") + " not known (argosy worker add)";
}

}  // namespace

std::string why_not_taken(const State& state, const TaskState& task) {
  const Terms& terms = *task.execution->terms;
  const Resources needs = needs_of(task);
  std::size_t allowed = 0, online = 0, fit = 0, lack_some = 0, draining = 0;
  std::string best;
  std::uint64_t best_score = 0;
  for (const auto& worker : state.workers) {
    if (!terms.workers.empty() && !std::binary_search(terms.workers.begin(), terms.workers.end(), worker->name)) continue;
    if (!worker->online && !worker->enrolled && terms.workers.empty()) continue;
    if (worker->enrolled && worker->setting.state == RosterState::disabled) continue;
    ++allowed;
    if (!worker->online) continue;
    ++online;
    if (worker->presence.draining || (worker->enrolled && worker->setting.draining)) {
      ++draining;
      continue;
    }
    const std::string lack = lacking(needs, *worker);
    if (lack.empty()) {
      ++fit;
      continue;
    }
    ++lack_some;
    if (best.empty() || worker->presence.capacity.cpu_milli > best_score) {
      best = lack;
      best_score = worker->presence.capacity.cpu_milli;
    }
  }
  allowed = std::max(allowed, terms.workers.size());
  if (!state.link.welcome) return "this master is not connected to the broker";
  if (online == 0) {
    return "0 of " + std::to_string(allowed) + (terms.workers.empty() ? " workers online" : " allowed workers online") + unknown_workers(state, terms);
  }
  if (fit == 0 && draining == online) return online == 1 ? "the only worker online is draining" : "all " + std::to_string(online) + " workers online are draining";
  if (fit == 0) {
    const std::string others = lack_some > 1 ? "; " + counted(lack_some - 1, "other") + (lack_some > 2 ? " lack" : " lacks") + " something, too" : "";
    return "needs that no worker online meets: " + best + others;
  }
  if (task.values && task.items.offered() == 0) return "its items' values are being read";
  if (task.items.offered() == 0) return "all slots are busy, and others go first";
  return "all slots are busy: " + counted(fit, "worker") + " could take it";
}

std::vector<Explanation> explain(const State& state, Now now, ExecutionId id, std::optional<TaskNo> task,
                                 std::optional<ItemNo> item) {
  Lines lines;
  for (const auto& [shard_id, shard] : state.shards) {
    const auto it = shard->executions.find(id);
    if (it == shard->executions.end()) continue;
    for (const TaskState& each : it->second->tasks) {
      if (task && each.task != *task) continue;
      explain_task(state, *shard, now, each, item, lines);
    }
    std::vector<Explanation> reasons = lines.take();
    // Every item has its end, and the write that says so of the execution is under way.
    if (reasons.empty() && !task) {
      const std::string catalog = catalog_text(*shard, now);
      reasons.push_back({TaskNo{}, ItemState::running, 0,
                         "its last ends are being recorded" + (catalog.empty() ? "" : "; " + catalog)});
    }
    return reasons;
  }
  return lines.take();
}

}  // namespace argosy::master
