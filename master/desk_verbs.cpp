#include "master/desk_verbs.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "catalog/operations.h"
#include "schemas/names.h"

namespace argosy::master {
namespace {

using nlohmann::json;

constexpr std::size_t kAnswerMost = 8u << 20;
constexpr std::uint64_t kPage = 1'000, kPageMost = 10'000;

constexpr std::array kVerbs = {
    Verb{"execution.list", Role::viewer, execution_list},
    Verb{"execution.show", Role::viewer, execution_show},
    Verb{"execution.cancel", Role::submitter, execution_cancel},
    Verb{"execution.retry", Role::submitter, execution_retry},
    Verb{"execution.explain", Role::viewer, execution_explain},
    Verb{"task.list", Role::viewer, task_list},
    Verb{"task.show", Role::viewer, task_show},
    Verb{"logs.read", Role::viewer, logs_read},
    Verb{"project.list", Role::viewer, project_list},
    Verb{"project.show", Role::viewer, project_show},
    Verb{"project.remove", Role::operator_, project_remove},
    Verb{"environment.set", Role::submitter, environment_set},
    Verb{"environment.list", Role::viewer, environment_list},
    Verb{"environment.show", Role::viewer, environment_show},
    Verb{"environment.remove", Role::submitter, environment_remove},
    Verb{"worker.add", Role::operator_, worker_add},
    Verb{"worker.list", Role::viewer, worker_list},
    Verb{"worker.enable", Role::operator_, worker_enable},
    Verb{"worker.disable", Role::operator_, worker_disable},
    Verb{"worker.drain", Role::operator_, worker_drain},
    Verb{"worker.lost", Role::operator_, worker_lost},
    Verb{"worker.remove", Role::operator_, worker_remove},
    Verb{"worker.set", Role::operator_, worker_set},
    Verb{"master.list", Role::viewer, master_list},
    Verb{"broker.list", Role::viewer, broker_list},
    Verb{"status", Role::viewer, cluster_status},
    Verb{"operation.list", Role::viewer, operation_list},
    Verb{"catalog.verify", Role::operator_, catalog_verify, true},
    Verb{"catalog.clean", Role::operator_, catalog_clean, true},
    Verb{"catalog.set-endpoint", Role::operator_, catalog_set_endpoint},
    Verb{"cluster.keys", Role::viewer, cluster_keys},
};

std::string text_of(const json& body) { return body.dump(-1, ' ', false, json::error_handler_t::replace); }

int rank(Role role) { return role == Role::operator_ ? 3 : role == Role::submitter ? 2 : role == Role::viewer ? 1 : 0; }

}  // namespace

std::string Room::who() const { return std::string(to_string(from.role)) + " " + from.name; }

const Verb* find_verb(const std::string& name) {
  const auto found = std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& verb) { return name == verb.name; });
  return found == kVerbs.end() ? nullptr : &*found;
}

bool may_ask(Role role, const Verb& verb) { return rank(role) >= rank(verb.least); }

Word reply(const std::string& request, const Verdict& verdict) {
  if (const auto* refusal = std::get_if<DeskRefusal>(&verdict)) return Refused{Ask::word, refusal->reason, refusal->text, request, refusal->shard};
  const auto& document = std::get<Document>(verdict);
  std::string text = text_of(document.body);
  std::string next = document.next;
  for (std::size_t rows = document.marks.size() / 2; text.size() > kAnswerMost && rows > 0; rows /= 2) {
    text = text_of(json(document.body.begin(), document.body.begin() + static_cast<std::ptrdiff_t>(rows)));
    next = document.marks[rows - 1];
  }
  if (text.size() <= kAnswerMost) return Answer{request, std::move(text), std::move(next)};
  return Refused{Ask::word, Refusal::too_large, "the answer would be larger than 8 MiB: ask for less at once", request, {}};
}

DeskRefusal refusal_of(catalog::Catalog& catalog, const Error& error, Refusal when_refused) {
  switch (catalog.trouble()) {
    case catalog::Trouble::refused: return {when_refused, error.message};
    default: return {Refusal::catalog_unavailable, "the catalog is away: " + error.message};
  }
}

catalog::Deed deed_of(const Room& room, const std::string& verb, const std::string& object, const std::string& detail) {
  return {{room.now, room.who(), verb, object, detail}, room.request};
}

void note(Room& room, const std::string& verb, const std::string& object, const std::string& detail) {
  const auto deed = deed_of(room, verb, object, detail);
  // A trail that cannot be written leaves the deed done: the caller has its answer, the catalog's trouble shows in the next.
  (void)catalog::note_operation(room.catalog, deed.row, deed.request);
}

Arguments::Arguments(json object) : object_(std::move(object)) {}

const json* Arguments::member(const std::string& name, bool required, const char* wants) {
  known_.push_back(name);
  const auto found = object_.find(name);
  if (found != object_.end() && !found->is_null()) return &*found;
  if (required && !refusal_) refusal_ = DeskRefusal{Refusal::invalid, "argument " + name + " is missing: " + wants};
  return nullptr;
}

std::string Arguments::text(const std::string& name, bool required) {
  const json* value = member(name, required, "a text");
  if (value == nullptr) return {};
  if (value->is_string() && is_clean_text(value->get_ref<const std::string&>())) return value->get<std::string>();
  if (!refusal_) refusal_ = DeskRefusal{Refusal::invalid, "argument " + name + " must be a text without NUL"};
  return {};
}

std::optional<std::uint64_t> Arguments::number(const std::string& name, bool required) {
  const json* value = member(name, required, "a whole number");
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  if (!refusal_) refusal_ = DeskRefusal{Refusal::invalid, "argument " + name + " must be a whole number from 0"};
  return std::nullopt;
}

std::uint32_t Arguments::page_limit() { return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(number("limit").value_or(kPage), 1, kPageMost)); }

std::int64_t Arguments::integer(const std::string& name, std::int64_t otherwise) {
  const json* value = member(name, false, "a whole number");
  if (value == nullptr) return otherwise;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  if (!refusal_) refusal_ = DeskRefusal{Refusal::invalid, "argument " + name + " must be a whole number"};
  return otherwise;
}

std::optional<std::vector<std::string>> Arguments::texts(const std::string& name, bool required) {
  const json* value = member(name, required, "a list of texts");
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> out;
  bool good = value->is_array();
  for (std::size_t i = 0; good && i < value->size(); ++i) {
    good = (*value)[i].is_string() && is_clean_text((*value)[i].get_ref<const std::string&>());
    if (good) out.push_back((*value)[i].get<std::string>());
  }
  if (good) return out;
  if (!refusal_) refusal_ = DeskRefusal{Refusal::invalid, "argument " + name + " must be a list of texts"};
  return std::nullopt;
}

std::optional<DeskRefusal> Arguments::done() {
  if (refusal_) return refusal_;
  for (const auto& [name, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto near = nearest(name, known_);
    return DeskRefusal{Refusal::invalid, "unknown argument " + printable(name) + (near ? "; did you mean " + *near + "?" : "")};
  }
  return std::nullopt;
}

}  // namespace argosy::master
