// execution.list, show, cancel and explain.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "catalog/views.h"
#include "master/desk_json.h"
#include "master/desk_verbs.h"
#include "schemas/package.h"
#include "schemas/selectors.h"

namespace argosy::master {
namespace {

using nlohmann::json;

constexpr std::uint32_t kReadAtOnce = 10'000;
constexpr std::uint64_t kFailuresMost = 100;

// What selectors name, as a filter's ranges; `missing`: numbers that must be there.
struct Chosen {
  std::vector<std::pair<ExecutionId, ExecutionId>> ranges;
  std::vector<ExecutionId> must;
  bool all = false;
  bool unended = false;  // of all, only those that have not ended
  std::vector<Selector> selectors;
};

std::variant<Chosen, DeskRefusal> choose(Room& room, const std::vector<std::string>& texts) {
  Chosen out;
  for (const auto& text : texts) {
    auto selector = parse_selector(text);
    if (!selector) return DeskRefusal{Refusal::invalid, selector.error().message};
    if (selector->kind == SelectorKind::last) {
      catalog::ExecutionFilter filter;
      filter.submitter = room.from.name;
      filter.limit = 1;
      auto found = catalog::list_executions(room.catalog, filter);
      if (found && found->empty()) {
        filter.submitter.clear();
        found = catalog::list_executions(room.catalog, filter);
      }
      if (!found) return refusal_of(room.catalog, found.error());
      if (found->empty()) return DeskRefusal{Refusal::not_found, "there is no execution yet"};
      selector = Selector{SelectorKind::one, found->front().id, found->front().id};
    }
    if (selector->kind == SelectorKind::all) {
      out.all = true;
    } else {
      out.ranges.emplace_back(selector->first, selector->last);
    }
    if (selector->kind == SelectorKind::one) out.must.push_back(selector->first);
    out.selectors.push_back(*selector);
  }
  if (out.all) out.ranges.clear();
  return out;
}

bool older(const catalog::ExecutionView& view, ExecutionId id) { return view.id < id; }

// All that were chosen, oldest first.
std::variant<std::vector<catalog::ExecutionView>, DeskRefusal> read_chosen(Room& room, const Chosen& chosen) {
  catalog::ExecutionFilter filter;
  filter.ranges = chosen.ranges;
  if (chosen.unended) filter.statuses = {ExecutionStatus::created, ExecutionStatus::running, ExecutionStatus::stopping};
  filter.limit = kReadAtOnce;
  std::vector<catalog::ExecutionView> out;
  while (true) {
    auto page = catalog::list_executions(room.catalog, filter);
    if (!page) return refusal_of(room.catalog, page.error());
    const bool more = page->size() == filter.limit;
    if (more) filter.before = page->back().id;
    std::move(page->begin(), page->end(), std::back_inserter(out));
    if (!more) break;
  }
  std::reverse(out.begin(), out.end());
  for (const auto id : chosen.must) {
    const auto found = std::lower_bound(out.begin(), out.end(), id, older);
    if (found != out.end() && found->id == id) continue;
    const auto proved = catalog::show_execution(room.catalog, id);
    if (!proved) return refusal_of(room.catalog, proved.error());
    if (*proved) return DeskRefusal{Refusal::catalog_unavailable, "the catalog's server changes: ask again"};
    return DeskRefusal{Refusal::not_found, "there is no execution " + std::to_string(id.value) +
                                               "; `argosy execution list` shows those that are there"};
  }
  return out;
}

std::optional<ExecutionStatus> status_of(const std::string& name) {
  for (int code = 1; code <= 9; ++code) {
    if (to_string(static_cast<ExecutionStatus>(code)) == name) return static_cast<ExecutionStatus>(code);
  }
  return std::nullopt;
}

// Attempts that did not end well, with what their tasks are called.
std::variant<json, DeskRefusal> failures_json(Room& room, ExecutionId execution, bool bare, std::uint64_t limit) {
  const auto attempts = catalog::list_failures(room.catalog, execution, limit);
  if (!attempts) return refusal_of(room.catalog, attempts.error());
  json out = json::array();
  for (const auto& attempt : *attempts) {
    catalog::ItemFilter filter;
    filter.execution = execution;
    filter.task = attempt.attempt.item.task;
    filter.item = attempt.attempt.item.item;
    filter.values = false;
    filter.limit = 1;
    const auto page = catalog::list_items(room.catalog, filter);
    if (!page) return refusal_of(room.catalog, page.error());
    json row = attempt_json(attempt);
    if (*page && !(*page)->items.empty()) {
      const auto& item = (*page)->items.front();
      row["task"] = item_label(item.name, item.is_array, item.id, bare);
    }
    out.push_back(std::move(row));
  }
  return out;
}

json cancel_json(const catalog::ExecutionView& view, const Canceled* canceled) {
  const ExecutionStatus status = canceled != nullptr ? canceled->status : view.status;
  return {{"execution", view.id.value}, {"status", to_string(status)}, {"status_code", static_cast<int>(status)},
          {"changed", canceled != nullptr && canceled->changed}};
}

std::string ended_sentence(const catalog::ExecutionView& view) {
  std::string out = "it has ended: " + std::string(to_string(view.status));
  if (!view.detail.empty()) out += " (" + view.detail + ")";
  return out;
}

}  // namespace

Verdict execution_list(Room& room, Arguments& arguments) {
  const auto select = arguments.texts("select");
  const auto statuses = arguments.texts("status");
  catalog::ExecutionFilter filter;
  filter.package = arguments.text("package");
  filter.project = arguments.text("project");
  filter.batch = arguments.text("batch");
  filter.limit = arguments.page_limit();
  const std::string page = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  if (select) {
    auto chosen = choose(room, *select);
    if (auto* refusal = std::get_if<DeskRefusal>(&chosen)) return *refusal;
    filter.ranges = std::get<Chosen>(chosen).ranges;
  }
  for (const auto& name : statuses.value_or(std::vector<std::string>())) {
    const auto status = status_of(name);
    if (!status) return DeskRefusal{Refusal::invalid, "there is no status '" + name + "'"};
    filter.statuses.push_back(*status);
  }
  std::from_chars(page.data(), page.data() + page.size(), filter.before.value);
  const auto found = catalog::list_executions(room.catalog, filter);
  if (!found) return refusal_of(room.catalog, found.error());
  Document out{json::array(), {}};
  for (const auto& view : *found) out.add(execution_json(view), std::to_string(view.id.value));
  if (found->size() == filter.limit) out.next = out.marks.back();
  return out;
}

Verdict execution_show(Room& room, Arguments& arguments) {
  const auto select = arguments.texts("select", true);
  const std::uint64_t failures = arguments.number("failures").value_or(0);
  if (auto refusal = arguments.done()) return *refusal;
  auto chosen = choose(room, *select);
  if (auto* refusal = std::get_if<DeskRefusal>(&chosen)) return *refusal;
  auto views = read_chosen(room, std::get<Chosen>(chosen));
  if (auto* refusal = std::get_if<DeskRefusal>(&views)) return *refusal;
  Document out{json::array(), {}};
  const auto& found = std::get<std::vector<catalog::ExecutionView>>(views);
  for (const auto& selector : std::get<Chosen>(chosen).selectors) {
    const bool all = selector.kind == SelectorKind::all;
    auto view = all ? found.begin() : std::lower_bound(found.begin(), found.end(), selector.first, older);
    for (; view != found.end() && (all || view->id <= selector.last); ++view) out.body.push_back(execution_json(*view));
  }
  if (failures == 0) return out;
  for (auto& row : out.body) {
    const bool bare = row["project"].is_null() && row["package"] == kCommandTask;
    auto attempts = failures_json(room, {row["id"].get<std::uint64_t>()}, bare, std::min(failures, kFailuresMost));
    if (auto* refusal = std::get_if<DeskRefusal>(&attempts)) return *refusal;
    row["failures"] = std::get<json>(std::move(attempts));
  }
  return out;
}

Verdict execution_cancel(Room& room, Arguments& arguments) {
  const auto select = arguments.texts("select", true);
  const std::string page = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  auto choice = choose(room, *select);
  if (auto* refusal = std::get_if<DeskRefusal>(&choice)) return *refusal;
  auto& chosen = std::get<Chosen>(choice);
  chosen.unended = chosen.all && chosen.must.empty();
  auto read = read_chosen(room, chosen);
  if (auto* refusal = std::get_if<DeskRefusal>(&read)) return *refusal;
  auto views = std::get<std::vector<catalog::ExecutionView>>(std::move(read));
  ExecutionId told;
  std::from_chars(page.data(), page.data() + page.size(), told.value);
  std::erase_if(views, [&](const catalog::ExecutionView& view) { return view.id <= told; });
  CancelOrder order{0, room.who(), {}, {}};
  for (const auto& view : views) {  // one that is stopping was canceled before, perhaps by another shard's holder just now
    if (is_terminal(view.status) || view.status == ExecutionStatus::stopping) continue;
    order.executions.push_back(view.id);
    order.shards.push_back(view.shard);
  }
  const auto finish = [views](Room&, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    std::map<ExecutionId, Canceled> canceled;
    for (const auto& outcome : outcomes) {
      const auto& done = std::get<CancelOutcome>(outcome);
      for (const auto& one : done.executions) canceled[one.execution] = one;
      // What is this master's is stopping by now; the client goes on to the next holder until nothing is left.
      if (!done.elsewhere.empty()) {
        return DeskRefusal{Refusal::other_shard, "the rest belongs to another shard", done.elsewhere.front()};
      }
    }
    Document out{json::array(), {}};
    for (const auto& view : views) {
      const auto found = canceled.find(view.id);
      out.add(cancel_json(view, found == canceled.end() ? nullptr : &found->second), std::to_string(view.id.value));
    }
    return out;
  };
  if (order.executions.empty()) return finish(room, {});
  return Later{{order}, finish};
}

Verdict execution_explain(Room& room, Arguments& arguments) {
  const std::uint64_t number = arguments.number("execution", true).value_or(0);
  const std::string label = arguments.text("task");
  if (auto refusal = arguments.done()) return *refusal;
  ExplainOrder order{0, ExecutionId{number}, std::nullopt, std::nullopt, std::nullopt};
  std::vector<std::string> names;
  // With the catalog away the machine still knows why nothing moves: names are then left out.
  if (const auto plan = catalog::read_plan(room.catalog, order.execution); plan && *plan) {
    for (const auto& task : (*plan)->tasks) names.push_back(task.name);
    const auto view = catalog::show_execution(room.catalog, order.execution);
    if (view && *view && !is_terminal((*view)->status)) order.shard = (*view)->shard;
    if (!label.empty()) {
      const bool bare = view && *view && is_bare((*view)->project, names);
      const auto choice = find_item(**plan, bare, label);
      if (!choice) return DeskRefusal{Refusal::not_found, choice.error().message};
      order.task = choice->task;
      order.item = choice->item;
    }
  } else if (!label.empty() && !plan) {
    return refusal_of(room.catalog, plan.error());
  }
  Later later;
  later.orders.push_back(order);
  later.any = true;
  later.finish = [order, names](Room& after, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    json reasons = json::array();
    if (const auto* refused = std::get_if<OrderRefused>(&outcomes.front()); refused != nullptr && refused->reason == Refusal::other_shard) {
      return DeskRefusal{refused->reason, refused->text, refused->shard};
    }
    if (const auto* explained = std::get_if<ExplainOutcome>(&outcomes.front())) {
      for (const auto& one : explained->reasons) {
        const bool named = one.task.value < names.size();
        reasons.push_back({{"task", named ? json(names[one.task.value]) : json(nullptr)}, {"status", to_string(one.state)},
                           {"count", one.count}, {"reason", one.reason}});
      }
    }
    const auto view = catalog::show_execution(after.catalog, order.execution);
    if (!view && reasons.empty()) return refusal_of(after.catalog, view.error());
    if (view && !*view) {
      return DeskRefusal{Refusal::not_found, "there is no execution " + std::to_string(order.execution.value)};
    }
    if (view && reasons.empty()) {
      const auto* refused = std::get_if<OrderRefused>(&outcomes.front());
      const bool ended = is_terminal((*view)->status);
      reasons.push_back({{"task", nullptr}, {"status", to_string((*view)->status)}, {"count", (*view)->counts.total},
                         {"reason", ended ? ended_sentence(**view) : refused != nullptr ? refused->text : "no master holds it"}});
    }
    return Document{{{"execution", order.execution.value},
                     {"status", view ? json(to_string((*view)->status)) : json(nullptr)}, {"reasons", reasons}}, {}};
  };
  return later;
}

}  // namespace argosy::master
