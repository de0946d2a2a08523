#include "schemas/manifest_reader.h"

namespace argosy {
namespace {

const std::vector<std::string> kTypes = {"string", "integer", "number", "boolean", "date", "json", "list"};

class ProjectReader {
 public:
  explicit ProjectReader(const ManifestSurroundings& around) : around_(around), notes_(*around.notes) {}

  Project read(const YamlNode& tree) {
    Project project;
    if (!notes_.want_map(tree, "", "version, project and packages")) return project;
    notes_.check_keys(tree, "", {"version", "project", "packages"});
    version(tree);
    name(tree, project);
    const auto* packages = tree.find("packages");
    if (packages == nullptr) {
      notes_.add({1, 1}, "packages", "it is missing", "add packages: with at least one package");
      return project;
    }
    notes_.place("packages", packages->mark);
    if (!notes_.want_map(*packages, "packages", "packages")) return project;
    for (const auto& member : packages->members) {
      const std::string path = "packages." + printable(member.key);
      notes_.place(path, member.mark);
      project.packages.push_back(package(member, path));
    }
    return project;
  }

 private:
  void version(const YamlNode& tree) {
    const auto* node = tree.find("version");
    if (node == nullptr) {
      notes_.add({1, 1}, "version", "it is missing", "begin the file with \"version: 1\"");
    } else if (node->kind != YamlKind::scalar || node->quoted || node->text != "1") {
      notes_.add(node->mark, "version", "this version of argosy reads version 1 only",
                 "write \"version: 1\"");
    }
  }

  void name(const YamlNode& tree, Project& project) {
    const auto* node = tree.find("project");
    if (node == nullptr) {
      notes_.add({1, 1}, "project", "it is missing", "add \"project: NAME\" or \"project: FOLDER/NAME\"");
      return;
    }
    notes_.place("project", node->mark);
    if (node->kind != YamlKind::scalar || is_yaml_null(*node)) {
      notes_.add(node->mark, "project",
                 std::string(notes_.kind_name(*node)) + " stands where a name should be",
                 "write \"project: NAME\" or \"project: FOLDER/NAME\"");
      return;
    }
    const auto slash = node->text.rfind('/');
    if (slash != std::string::npos) {
      project.folder = node->text.substr(0, slash);
      if (slash == 0) notes_.add(node->mark, "project", "the folder before '/' is empty", "drop the '/'");
    }
    project.name = node->text.substr(slash == std::string::npos ? 0 : slash + 1);
  }

  Package package(const YamlMember& member, const std::string& path) {
    Package package;
    package.name = member.key;
    if (!notes_.want_map(member.value, path, "tasks and parameters")) return package;
    notes_.check_keys(member.value, path, {"description", "parameters", "defaults", "tasks"});
    if (const auto* node = member.value.find("description")) {
      text(*node, path + ".description", package.description);
    }
    if (const auto* node = member.value.find("parameters")) parameters(*node, path + ".parameters", package);
    const auto* tasks = member.value.find("tasks");
    if (tasks == nullptr) {
      notes_.add(member.mark, path + ".tasks", "it is missing", "add tasks: with at least one task");
      return package;
    }
    notes_.place(path + ".tasks", tasks->mark);
    if (notes_.want_map(*tasks, path + ".tasks", "tasks")) {
      read_tasks(*tasks, member.value.find("defaults"), path, package);
    }
    return package;
  }

  void text(const YamlNode& node, const std::string& path, std::string& out) {
    notes_.place(path, node.mark);
    if (node.kind == YamlKind::scalar && !is_yaml_null(node)) {
      out = node.text;
    } else {
      notes_.add(node.mark, path, std::string(notes_.kind_name(node)) + " stands where a text should be",
                 "write a text");
    }
  }

  void flag(const YamlNode& map, const char* key, const std::string& path, bool& out) {
    const auto* node = map.find(key);
    if (node == nullptr) return;
    notes_.place(path + "." + key, node->mark);
    if (node->kind == YamlKind::scalar && !node->quoted && (node->text == "true" || node->text == "false")) {
      out = node->text == "true";
    } else {
      notes_.add(node->mark, path + "." + key, "it must be true or false",
                 "write one of the two, without quotes");
    }
  }

  void parameters(const YamlNode& node, const std::string& path, Package& package) {
    notes_.place(path, node.mark);
    if (is_yaml_null(node) || !notes_.want_map(node, path, "parameters")) return;
    for (const auto& member : node.members) {
      const std::string at = path + "." + printable(member.key);
      notes_.place(at, member.mark);
      Parameter parameter;
      parameter.name = member.key;
      if (!is_yaml_null(member.value)) one_parameter(member.value, at, parameter);
      package.parameters.push_back(std::move(parameter));
    }
  }

  void one_parameter(const YamlNode& node, const std::string& path, Parameter& parameter) {
    if (!notes_.want_map(node, path, "type, required, default, sensitive, from, description")) return;
    notes_.check_keys(node, path, {"type", "required", "default", "sensitive", "from", "description"});
    if (const auto* type = node.find("type")) parameter_type(*type, path + ".type", parameter);
    flag(node, "required", path, parameter.required);
    flag(node, "sensitive", path, parameter.sensitive);
    if (const auto* description = node.find("description")) {
      text(*description, path + ".description", parameter.description);
    }
    if (const auto* from = node.find("from")) parameter_source(*from, path + ".from", parameter);
    if (const auto* value = node.find("default")) parameter_default(*value, path + ".default", parameter);
  }

  void parameter_type(const YamlNode& node, const std::string& path, Parameter& parameter) {
    notes_.place(path, node.mark);
    for (std::size_t i = 0; i < kTypes.size(); ++i) {
      if (node.kind == YamlKind::scalar && node.text == kTypes[i]) {
        parameter.type = static_cast<ParameterType>(i);
        return;
      }
    }
    const auto meant = nearest(node.text, kTypes);
    std::string all;
    for (const auto& type : kTypes) all += (all.empty() ? "" : ", ") + type;
    notes_.add(node.mark, path, "\"" + printable(node.text) + "\" is no type of a parameter",
               (meant ? "did you mean \"" + *meant + "\"? " : "") + ("there are " + all));
  }

  void parameter_source(const YamlNode& node, const std::string& path, Parameter& parameter) {
    notes_.place(path, node.mark);
    constexpr std::string_view kPrefix = "environment.";
    if (node.kind != YamlKind::scalar || node.text.rfind(kPrefix, 0) != 0 ||
        node.text.size() == kPrefix.size()) {
      notes_.add(node.mark, path, "it must name a variable of the environment", "write environment.NAME");
      return;
    }
    parameter.from = node.text.substr(kPrefix.size());
  }

  void parameter_default(const YamlNode& node, const std::string& path, Parameter& parameter) {
    notes_.place(path, node.mark);
    const bool structured = parameter.type == ParameterType::json || parameter.type == ParameterType::list;
    if (node.kind == YamlKind::sequence || node.kind == YamlKind::map) {
      if (structured) {
        parameter.default_value = yaml_to_json(node);
      } else {
        notes_.add(node.mark, path, std::string(notes_.kind_name(node)) + " stands where one value should be",
                   "write a value, or declare type: json");
      }
    } else if (is_yaml_null(node) && parameter.type != ParameterType::json) {
      notes_.add(node.mark, path, "nothing stands where a value should be", "write \"\" for the empty text");
    } else {
      parameter.default_value = is_yaml_null(node) ? "null" : node.text;
    }
  }

  void read_tasks(const YamlNode& tasks, const YamlNode* defaults, const std::string& path,
                  Package& package) {
    std::map<std::string, std::uint32_t> names;
    for (std::uint32_t i = 0; i < tasks.members.size(); ++i) names.emplace(tasks.members[i].key, i);
    Task base;
    if (defaults != nullptr && !is_yaml_null(*defaults)) {
      notes_.place(path + ".defaults", defaults->mark);
      if (notes_.want_map(*defaults, path + ".defaults", "settings of tasks")) {
        read_task(*defaults, path + ".defaults", true, names, around_, base);
      }
    }
    for (const auto& member : tasks.members) {
      const std::string at = path + ".tasks." + printable(member.key);
      notes_.place(at, member.mark);
      notes_.place_defaults(at, path + ".defaults");
      Task task = base;
      task.name = member.key;
      if (notes_.want_map(member.value, at, "run and other settings")) {
        read_task(member.value, at, false, names, around_, task);
      }
      package.tasks.push_back(std::move(task));
    }
  }

  const ManifestSurroundings& around_;
  ManifestNotes& notes_;
};

}  // namespace

Project read_project(const YamlNode& tree, const ManifestSurroundings& around) {
  return ProjectReader(around).read(tree);
}

}  // namespace argosy
