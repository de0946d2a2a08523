// Projects and environments.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "catalog/environments.h"
#include "catalog/projects.h"
#include "master/desk_json.h"
#include "master/desk_verbs.h"
#include "schemas/base64.h"
#include "schemas/check_package.h"

namespace argosy::master {
namespace {

using nlohmann::json;

// folder/name, each part a name.
std::optional<DeskRefusal> check_path(const std::string& path, const char* what) {
  std::size_t from = 0;
  while (from <= path.size()) {
    const auto slash = std::min(path.find('/', from), path.size());
    if (!is_name(path.substr(from, slash - from))) {
      return DeskRefusal{Refusal::invalid, "'" + printable(path) + "' is no name of " + what +
                                               ": write FOLDER/NAME of letters, digits, '.', '_' and '-'"};
    }
    from = slash + 1;
  }
  return std::nullopt;
}

const char* type_name(ParameterType type) {
  switch (type) {
    case ParameterType::string: return "string";
    case ParameterType::integer: return "integer";
    case ParameterType::number: return "number";
    case ParameterType::boolean: return "boolean";
    case ParameterType::date: return "date";
    case ParameterType::json: return "json";
    case ParameterType::list: return "list";
  }
  return "string";
}

json package_json(const Package& package) {
  json parameters = json::array();
  for (const auto& one : package.parameters) {
    parameters.push_back({{"name", one.name}, {"type", type_name(one.type)}, {"required", one.required},
                          {"default", one.default_value && !one.sensitive ? json(*one.default_value) : json(nullptr)},
                          {"sensitive", one.sensitive}, {"from", one.from.empty() ? json(nullptr) : json(one.from)}});
  }
  json tasks = json::array();
  for (const auto& task : package.tasks) {
    json after = json::array();
    for (const auto& edge : task.after) {
      if (edge.task.value < package.tasks.size()) after.push_back(package.tasks[edge.task.value].name);
    }
    tasks.push_back({{"name", task.name}, {"after", after}});
  }
  return {{"name", package.name}, {"description", package.description}, {"parameters", parameters}, {"tasks", tasks}};
}

Project project_of(const Deploy& deploy) {
  const auto slash = deploy.project.rfind('/');
  Project out;
  out.folder = slash == std::string::npos ? "" : deploy.project.substr(0, slash);
  out.name = slash == std::string::npos ? deploy.project : deploy.project.substr(slash + 1);
  out.packages = deploy.packages;
  return out;
}

DeskRefusal no_project(const std::string& project, const std::string& version) {
  return {Refusal::not_found, "there is no project " + printable(project) +
                                  (version.empty() ? "" : " of version " + printable(version)) +
                                  "; `argosy project list` shows those that are there"};
}

DeskRefusal no_environment(const std::string& environment, const std::string& variable = {}) {
  return {Refusal::not_found, "there is no " + (variable.empty() ? "" : "variable " + printable(variable) + " in an ") + "environment " +
                                  printable(environment) + "; `argosy environment list` shows those that are there"};
}

}  // namespace

Verdict project_list(Room& room, Arguments& arguments) {
  const std::uint32_t limit = arguments.page_limit();
  const std::string after = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  const auto found = catalog::list_projects(room.catalog, after, limit);
  if (!found) return refusal_of(room.catalog, found.error());
  Document out{json::array(), {}};
  for (const auto& one : *found) {
    out.add({{"project", one.project}, {"version", one.version}, {"packages", one.packages},
             {"deployed_at", time_json(one.deployed_at)}, {"deployed_by", one.deployed_by}, {"versions", one.versions}}, one.project);
  }
  if (found->size() == limit) out.next = out.marks.back();
  return out;
}

Verdict project_show(Room& room, Arguments& arguments) {
  const std::string project = arguments.text("project", true);
  const std::string version = arguments.text("version");
  if (auto refusal = arguments.done()) return *refusal;
  const auto found = catalog::read_project(room.catalog, project, version);
  if (!found) return refusal_of(room.catalog, found.error());
  if (!*found) return no_project(project, version);
  json packages = json::array();
  for (const auto& package : (*found)->packages) packages.push_back(package_json(package));
  return Document{{{"project", (*found)->project}, {"version", (*found)->version},
                   {"content", (*found)->content.empty() ? json(nullptr) : json((*found)->content)},
                   {"deployed_at", time_json((*found)->deployed_at)}, {"deployed_by", (*found)->deployed_by},
                   {"manifest", (*found)->manifest}, {"packages", packages}}, {}};
}

Verdict project_remove(Room& room, Arguments& arguments) {
  const std::string project = arguments.text("project", true);
  if (auto refusal = arguments.done()) return *refusal;
  const auto removed = catalog::remove_project(room.catalog, project, deed_of(room, "project.remove", "project " + project));
  if (!removed) return refusal_of(room.catalog, removed.error(), Refusal::conflict);
  if (!*removed) return no_project(project, {});
  return Document{{{"project", project}, {"removed", true}}, {}};
}

Verdict deploy_project(Room& room, const Deploy& deploy) {
  if (auto refusal = check_path(deploy.project, "a project")) return *refusal;
  const auto problems = check_project(project_of(deploy));
  if (!problems.empty()) return DeskRefusal{Refusal::invalid, join_problems(problems)};
  catalog::Deployment deployment{deploy.project, deploy.packages, deploy.content, deploy.manifest, room.who(), room.now};
  const auto deployed = catalog::deploy(room.catalog, deployment);
  if (!deployed) return refusal_of(room.catalog, deployed.error(), Refusal::not_found);
  json packages = json::array();
  for (const auto& package : deploy.packages) packages.push_back(package.name);
  note(room, "project.deploy", "project " + deploy.project, "version " + deployed->version);
  return Document{{{"project", deploy.project}, {"version", deployed->version}, {"created", deployed->created},
                   {"packages", packages}}, {}};
}

Verdict environment_set(Room& room, Arguments& arguments) {
  const std::string environment = arguments.text("environment", true);
  catalog::Variable variable;
  variable.name = arguments.text("name", true);
  const bool sealed = arguments.has("sealed");
  const std::string value = arguments.text("value");
  const std::string sealed_text = arguments.text("sealed");
  if (auto refusal = arguments.done()) return *refusal;
  if (auto refusal = check_path(environment, "an environment")) return *refusal;
  if (!is_parameter_name(variable.name)) {
    return DeskRefusal{Refusal::invalid, "'" + printable(variable.name) + "' is no name of a variable"};
  }
  variable.sealed = sealed;
  variable.value = value;
  if (sealed) {
    const auto bytes = from_base64(sealed_text);
    if (!bytes || bytes->empty()) return DeskRefusal{Refusal::invalid, "argument sealed must be base64"};
    variable.value = *bytes;
  }
  if (variable.value.size() > limits::kParameterBytes + 64) {
    return DeskRefusal{Refusal::too_large, "a variable holds at most " + std::to_string(limits::kParameterBytes) + " bytes"};
  }
  const auto set = catalog::set_variable(room.catalog, environment, variable, room.now);
  if (!set) return refusal_of(room.catalog, set.error());
  note(room, "environment.set", "environment " + environment, variable.name);
  return Document{{{"environment", environment}, {"name", variable.name}, {"sensitive", sealed}}, {}};
}

Verdict environment_list(Room& room, Arguments& arguments) {
  const std::uint32_t limit = arguments.page_limit();
  const std::string after = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  const auto found = catalog::list_environments(room.catalog, after, limit);
  if (!found) return refusal_of(room.catalog, found.error());
  Document out{json::array(), {}};
  for (const auto& one : *found) out.add({{"environment", one.environment}, {"variables", one.variables}}, one.environment);
  if (found->size() == limit) out.next = out.marks.back();
  return out;
}

Verdict environment_show(Room& room, Arguments& arguments) {
  const std::string environment = arguments.text("environment", true);
  if (auto refusal = arguments.done()) return *refusal;
  const auto found = catalog::read_environment(room.catalog, environment);
  if (!found) return refusal_of(room.catalog, found.error());
  if (!*found) return no_environment(environment);
  json variables = json::array();
  for (const auto& one : **found) {
    variables.push_back({{"name", one.name}, {"value", one.sealed ? json(nullptr) : json(one.value)}, {"sensitive", one.sealed}});
  }
  return Document{{{"environment", environment}, {"variables", variables}}, {}};
}

Verdict environment_remove(Room& room, Arguments& arguments) {
  const std::string environment = arguments.text("environment", true);
  const std::string name = arguments.text("name");
  if (auto refusal = arguments.done()) return *refusal;
  const auto deed = deed_of(room, "environment.remove", "environment " + environment, name);
  const auto removed = catalog::remove_variables(room.catalog, environment, name, deed);
  if (!removed) return refusal_of(room.catalog, removed.error());
  if (!*removed) return no_environment(environment, name);
  return Document{{{"environment", environment}, {"removed", true}}, {}};
}

}  // namespace argosy::master
