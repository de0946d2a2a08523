#include "catalog/batch_rows.h"

#include <array>
#include <charconv>
#include <initializer_list>

#include "base/text.h"

namespace argosy::catalog {
namespace {

using Rows = Culprit::Rows;
constexpr std::array<std::string_view, 8> kNames = {"admissions", "claims", "starts",     "outputs",
                                                    "ends",       "tasks",  "executions", "operations"};

bool clean(const TextMap& map) {
  for (const auto& [name, value] : map)
    if (!is_clean_text(name) || !is_clean_text(value)) return false;
  return true;
}

bool clean(const std::vector<std::string>& list) {
  for (const auto& text : list)
    if (!is_clean_text(text)) return false;
  return true;
}

bool clean(std::initializer_list<const std::string*> texts) {
  for (const auto* text : texts)
    if (!is_clean_text(*text)) return false;
  return true;
}

bool clean(const Admission& a) {
  return clean({&a.submitter, &a.key, &a.request_digest, &a.project, &a.version, &a.content, &a.environment,
                &a.batch, &a.package.name}) &&
         clean(a.parameters) && clean(a.workers) && clean(a.worker_tags);
}
bool clean(const ClaimRow& row) {
  return is_clean_text(row.worker);
}
bool clean(const StartRow&) {
  return true;
}
bool clean(const OutputRow&) {
  return true;
}
bool clean(const EndRow& row) {
  return clean({&row.end.stderr_tail, &row.end.detail}) && clean(row.end.outputs);
}
bool clean(const TaskRow& row) {
  return clean(row.outputs);
}
bool clean(const ExecutionRow& row) {
  return is_clean_text(row.detail);
}
bool clean(const OperationRow& row) {
  return clean({&row.who, &row.verb, &row.object, &row.detail});
}

template <class Row>
void look(Rows rows, const std::vector<Row>& all, std::optional<Unclean>& found) {
  for (std::size_t i = 0; !found && i < all.size(); ++i)
    if (!clean(all[i])) found = Unclean{{rows, i}, "its text is not UTF-8 or holds a NUL"};
}

}  // namespace

BatchRows::BatchRows(const Batch& all) : batch(all) {
  source = std::to_string(all.fence.shard.value) + "/" + std::to_string(all.fence.term.value) + "/" +
           std::to_string(all.id);
  for (const Admission& admission : all.admissions) {
    Plan plan = plan_of(admission.package);
    plans.push_back(plan.digest);
    plan_bodies.emplace(plan.digest, std::move(plan));
    carried.push_back(carried_runs(admission));
    first.push_back(first_tasks(admission, carried.back()));
  }
  std::map<std::pair<ExecutionId, TaskNo>, std::size_t> places;
  for (const TaskRow& row : all.tasks) {
    const auto [at, fresh] = places.try_emplace({row.execution, row.task}, tasks.size());
    if (fresh)
      tasks.push_back(&row);
    else
      tasks[at->second] = &row;
  }
  std::map<ExecutionId, std::size_t> seen;
  for (const ExecutionRow& row : all.executions) {
    const auto [at, fresh] = seen.try_emplace(row.execution, executions.size());
    if (fresh) {
      executions.push_back(row);
      continue;
    }
    ExecutionRow& before = executions[at->second];
    const WallTime started = row.started_at.us ? row.started_at : before.started_at;
    if (is_terminal(before.status)) continue;
    before = row;
    before.started_at = started;
  }
}

std::optional<Unclean> find_unclean(const Batch& batch) {
  std::optional<Unclean> found;
  look(Rows::admissions, batch.admissions, found);
  look(Rows::claims, batch.claims, found);
  look(Rows::starts, batch.starts, found);
  look(Rows::outputs, batch.outputs, found);
  look(Rows::ends, batch.ends, found);
  look(Rows::tasks, batch.tasks, found);
  look(Rows::executions, batch.executions, found);
  look(Rows::operations, batch.operations, found);
  return found;
}

std::string_view name_of(Rows rows) {
  return kNames[static_cast<std::size_t>(rows)];
}

std::string culprit_text(Culprit culprit, const std::string& why) {
  return "culprit " + std::string(name_of(culprit.rows)) + " " + std::to_string(culprit.index) + ": " + why;
}

std::optional<Culprit> culprit_in(const std::string& message) {
  const std::size_t at = message.find("culprit ");
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = std::string_view(message).substr(at + 8);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (rest.substr(0, kNames[i].size()) != kNames[i] || rest.size() <= kNames[i].size() + 1) continue;
    Culprit culprit{static_cast<Rows>(i), 0};
    const char* from = rest.data() + kNames[i].size() + 1;
    if (std::from_chars(from, rest.data() + rest.size(), culprit.index).ec == std::errc{}) return culprit;
  }
  return std::nullopt;
}

}  // namespace argosy::catalog
