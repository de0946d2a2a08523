// execution.retry: a new execution that carries over what succeeded.
#include <utility>

#include "catalog/views.h"
#include "catalog/work.h"
#include "fabric/digest.h"
#include "master/desk_verbs.h"

namespace argosy::master {
namespace {

// Items that succeeded: they are not run again.
std::variant<std::vector<ItemRef>, DeskRefusal> succeeded_items(Room& room, ExecutionId execution) {
  catalog::ItemFilter filter;
  filter.execution = execution;
  filter.states = {ItemState::succeeded};
  filter.values = false;
  filter.limit = 10'000;
  std::vector<ItemRef> out;
  while (true) {
    const auto page = catalog::list_items(room.catalog, filter);
    if (!page) return refusal_of(room.catalog, page.error());
    if (!*page) return out;
    for (const auto& item : (*page)->items) out.push_back(item.item);
    if (!(*page)->more || (*page)->items.empty()) return out;
    filter.after = (*page)->items.back().item;
  }
}

}  // namespace

Verdict execution_retry(Room& room, Arguments& arguments) {
  const ExecutionId execution{arguments.number("execution", true).value_or(0)};
  if (auto refusal = arguments.done()) return *refusal;
  const std::string name = "execution " + std::to_string(execution.value);
  const auto view = catalog::show_execution(room.catalog, execution);
  if (!view) return refusal_of(room.catalog, view.error());
  if (!*view) return DeskRefusal{Refusal::not_found, "there is no " + name};
  if (!is_terminal((*view)->status)) {
    return DeskRefusal{Refusal::invalid, name + " has not ended (" + std::string(to_string((*view)->status)) +
                                             "): cancel it first, or wait"};
  }
  if ((*view)->counts.succeeded == (*view)->counts.total) {
    return DeskRefusal{Refusal::invalid, "all tasks of " + name + " succeeded: there is nothing to retry"};
  }
  auto before = catalog::read_execution(room.catalog, execution);
  if (!before) return refusal_of(room.catalog, before.error());
  auto carried = succeeded_items(room, execution);
  if (auto* refusal = std::get_if<DeskRefusal>(&carried)) return *refusal;
  AdmitOrder order;
  order.admission = std::move(before->admission);
  order.admission.submitter = room.from.name;
  order.admission.key = "retry:" + room.request;
  order.admission.request_digest = fabric::Sha256::hex_of(name + " " + room.request);
  order.admission.retry_of = execution;
  order.admission.carried = std::get<std::vector<ItemRef>>(std::move(carried));
  for (auto& item : order.admission.carried) item.execution = execution;
  for (auto& task : before->tasks) order.admission.outputs.push_back(std::move(task.outputs));
  order.admission.at = room.now;
  order.shard = (*view)->shard;
  Later later;
  later.orders.emplace_back(std::move(order));
  later.finish = [execution](Room&, const std::vector<DeskOutcome>& outcomes) -> Verdict {
    const auto& admitted = std::get<AdmitOutcome>(outcomes.front()).outcome;
    return Document{{{"execution", admitted.execution.value}, {"retry_of", execution.value}}, {}};
  };
  return later;
}

}  // namespace argosy::master
