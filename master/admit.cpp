#include "master/admit.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "schemas/check_package.h"
#include "schemas/parameters.h"
#include "schemas/sources.h"
#include "schemas/template.h"

namespace argosy::master {
namespace {

constexpr std::int32_t priority_most = 1000;
constexpr std::size_t names_most = 1024;
constexpr std::size_t batch_bytes = 128;

AdmitRefusal invalid(std::string text) { return {Refusal::invalid, std::move(text)}; }

std::optional<AdmitRefusal> check_names(const std::vector<std::string>& names, const char* what) {
  if (names.size() > names_most) return invalid(std::string(what) + ": at most 1024 may be named");
  for (const auto& name : names) {
    if (!is_name(name)) return invalid(std::string(what) + ": " + printable(name) + " is not a name");
  }
  return std::nullopt;
}

std::optional<AdmitRefusal> check_request(const Submit& submit, const Found& found) {
  if (submit.inline_package.has_value() == !submit.package.empty()) {
    return invalid("a Submit names a package of a project, or carries one: exactly one of both");
  }
  if (!submit.inline_package && found.package == nullptr) {
    return AdmitRefusal{Refusal::not_found, "there is no package " + printable(submit.package)};
  }
  if (submit.key.empty() || submit.key.size() > 128 || !is_clean_text(submit.key)) {
    return invalid("the idempotency key must have 1 to 128 bytes of UTF-8");
  }
  if (submit.priority < -priority_most || submit.priority > priority_most) {
    return invalid("priority " + std::to_string(submit.priority) + " is not in -1000 … 1000");
  }
  if (submit.batch.size() > batch_bytes || !is_clean_text(submit.batch)) {
    return invalid("batch: at most 128 bytes of UTF-8");
  }
  if (auto refusal = check_names(submit.workers, "workers")) return refusal;
  return check_names(submit.worker_tags, "worker tags");
}

std::set<std::string> names_in(const std::map<std::string, std::string>& values) {
  std::set<std::string> names;
  for (const auto& [name, value] : values) names.insert(name);
  return names;
}

// Which variables of the environment a secret's template names.
std::vector<std::string> variables_in(const std::string& text) {
  std::vector<std::string> names;
  const auto pieces = parse_template(text);
  if (!pieces) return names;
  for (const TemplatePiece& piece : *pieces) {
    if (piece.placeholder && piece.placeholder->kind == PlaceholderKind::environment) names.push_back(piece.placeholder->name);
  }
  return names;
}

// Secrets are bound when their Run is made. What they need of the environment is taken along: sealed as it is.
void carry_environment(const Task& task, const Found& found, Admission& admission) {
  for (const auto& [name, text] : task.secrets) {
    for (const auto& variable : variables_in(text)) {
      const auto sealed = found.sealed_environment.find(variable);
      if (sealed != found.sealed_environment.end()) {
        admission.sealed_parameters["environment." + variable] = sealed->second;
      } else if (const auto plain = found.environment.find(variable); plain != found.environment.end()) {
        admission.parameters["environment." + variable] = plain->second;
      }
    }
  }
}

Status bind_task(Task& task, const std::map<std::string, std::string>& values, const Found& found) {
  auto items = bind_items(task.for_each, values);
  if (!items) return items.error();
  task.for_each = std::move(*items);
  Command command = command_of(task);
  command.secrets.clear();
  Scope scope;
  scope.params = &values;
  scope.environment = &found.environment;
  auto bound = bind_command(command, scope);
  if (!bound) return bound.error();
  task.argv = std::move(bound->argv), task.script = std::move(bound->script);
  task.env = std::move(bound->env), task.cwd_path = std::move(bound->cwd_path);
  return Done{};
}

std::optional<AdmitRefusal> bind(const Submit& submit, const Found& found, Admission& admission) {
  GivenParameters given{submit.parameters, names_in(submit.sealed), found.environment, names_in(found.sealed_environment)};
  BoundParameters bound = bind_parameters(admission.package, given);
  if (!bound.problems.empty()) return invalid(join_problems(bound.problems));
  admission.sealed_parameters = submit.sealed;
  for (const auto& [parameter, variable] : bound.from_sealed) {
    admission.sealed_parameters[parameter] = found.sealed_environment.at(variable);
  }
  for (Task& task : admission.package.tasks) {
    carry_environment(task, found, admission);
    const Status status = bind_task(task, bound.values, found);
    if (!status) return invalid("tasks." + task.name + ": " + status.error().message);
    admission.items.push_back(item_count(task.for_each));
  }
  admission.parameters.merge(bound.values);
  return std::nullopt;
}

std::vector<std::string> sorted_once(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::variant<Admission, AdmitRefusal> admit(const Submit& submit, const Found& found, const std::string& submitter,
                                            const std::string& request_digest, WallTime at) {
  if (auto refusal = check_request(submit, found)) return *refusal;
  Admission admission;
  admission.package = submit.inline_package ? *submit.inline_package : *found.package;
  if (submit.inline_package) {
    const auto problems = check_package(admission.package);
    if (!problems.empty()) return invalid(join_problems(problems));
  } else {
    admission.project = submit.project;
    admission.version = found.version;
    admission.content = found.content;
  }
  if (auto refusal = bind(submit, found, admission)) return *refusal;
  admission.submitter = submitter;
  admission.key = submit.key;
  admission.request_digest = request_digest;
  admission.environment = submit.environment;
  admission.workers = sorted_once(submit.workers);
  admission.worker_tags = sorted_once(submit.worker_tags);
  admission.priority = submit.priority;
  admission.batch = submit.batch;
  admission.at = at;
  return admission;
}

}  // namespace argosy::master
