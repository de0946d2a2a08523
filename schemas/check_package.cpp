#include "schemas/check_package.h"

#include <algorithm>
#include <set>
#include <type_traits>

#include "base/limits.h"
#include "base/text.h"
#include "schemas/check_rules.h"
#include "schemas/check_task.h"
#include "schemas/task_graph.h"

namespace argosy {
namespace {

// Adds up what a value of the structs holds in strings and elements.
struct Weigher {
  std::uint64_t bytes = 0;

  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      bytes += value.size();
    } else if constexpr (requires { value.visit(*this); }) {
      value.visit(*this);
    } else if constexpr (requires { value.has_value(); }) {
      if (value) (*this)(*value);
    } else if constexpr (requires { value.begin()->second; }) {
      for (auto& [key, text] : value) bytes += key.size() + text.size() + 2;
    } else if constexpr (requires { value.begin(); }) {
      for (auto& element : value) bytes += 2, (*this)(element);
    } else {
      bytes += 2;
    }
  }
};

std::uint64_t weight(const Package& package) {
  Weigher weigher;
  const_cast<Package&>(package).visit(weigher);  // visit() reads here
  return weigher.bytes;
}

class Checker : private CheckRules {
 public:
  Checker(const Package& package, Problems& problems)
      : CheckRules(problems), package_(package), base_("packages." + printable(package.name)) {}

  void run() {
    name(base_, package_.name);
    clean(base_ + ".description", package_.description);
    if (weight(package_) > limits::kPackageBytes) {
      return problems_.add(base_, "the package is larger than 8 MiB",
                           "use arrays, and files instead of long texts");
    }
    parameters();
    tasks();
  }

 private:
  void parameters() {
    const std::string path = base_ + ".parameters";
    if (!count(path, package_.parameters.size(), limits::kParametersPerPackage, "parameters")) return;
    for (const auto& parameter : package_.parameters) {
      if (!parameters_.emplace(parameter.name, &parameter).second) {
        problems_.add(path + "." + printable(parameter.name), "there are two parameters of this name",
                      "rename one");
      }
      one_parameter(path + "." + printable(parameter.name), parameter);
    }
  }

  void one_parameter(const std::string& path, const Parameter& parameter) {
    if (!is_parameter_name(parameter.name) || parameter.name.size() > limits::kNameBytes) {
      problems_.add(path, "\"" + printable(parameter.name) + "\" is no valid parameter name",
                    "use letters, digits, '_' and '-', begin with a letter or '_', at most 128 bytes");
    }
    clean(path + ".description", parameter.description);
    if (parameter.type > ParameterType::list)
      problems_.add(path + ".type", "a type that this version does not know");
    if (parameter.default_value) {
      const std::string at = path + ".default";
      if (parameter.sensitive) {
        problems_.add(
            at, "a sensitive parameter may not have a default, since it would be readable in the package",
            "take it from an environment (from: environment.NAME)");
      } else if (auto status = check_value(parameter.type, *parameter.default_value); !status) {
        problems_.add(at, status.error().message);
      }
      if (parameter.required)
        problems_.add(at, "a required parameter needs no default", "drop one of the two");
    }
    if (!parameter.from.empty() && !is_parameter_name(parameter.from)) {
      problems_.add(path + ".from", "\"" + printable(parameter.from) + "\" is no name of a variable",
                    "write environment.NAME");
    }
  }

  void tasks() {
    const std::string path = base_ + ".tasks";
    if (package_.tasks.empty()) return problems_.add(path, "a package needs at least one task", "add one");
    if (!count(path, package_.tasks.size(), limits::kTasksPerPackage, "tasks")) return;
    std::size_t edges = 0;
    for (std::uint32_t i = 0; i < package_.tasks.size(); ++i) {
      const auto& task = package_.tasks[i];
      edges += task.after.size();
      if (!task_numbers_.emplace(task.name, i).second) {
        problems_.add(path + "." + printable(task.name), "there are two tasks of this name", "rename one");
      }
    }
    if (!count(path, edges, limits::kEdgesPerPackage, "after edges")) return;
    const TaskSurroundings around{&package_, &parameters_, &task_numbers_, &output_uses_};
    for (std::uint32_t i = 0; i < package_.tasks.size() && !problems_.full(); ++i) {
      check_task(i, path + "." + printable(package_.tasks[i].name), around, problems_);
    }
    graph(path);
  }

  void graph(const std::string& path) {
    if (const auto cycle = task_cycle(package_.tasks); !cycle.empty()) {
      std::string names;
      for (std::size_t i = 0; i < cycle.size() && i < 20; ++i)
        names += printable(package_.tasks[cycle[i]].name) + " -> ";
      names += cycle.size() > 20 ? "… -> " : "";
      names += printable(package_.tasks[cycle[0]].name);
      return problems_.add(path + "." + printable(package_.tasks[cycle[0]].name) + ".after",
                           "these tasks wait for each other: " + names, "take one of these edges out");
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> questions;
    for (const auto& use : output_uses_) questions.emplace_back(use.task, use.other);
    const auto answers = waits_for(package_.tasks, questions);
    for (std::size_t i = 0; i < output_uses_.size(); ++i) {
      if (answers[i]) continue;
      const auto& other = printable(package_.tasks[output_uses_[i].other].name);
      problems_.add(output_uses_[i].path,
                    "the task does not wait for " + other + ", so its output may not be there",
                    "add " + other + " to after:");
    }
  }

  const Package& package_;
  std::string base_;
  std::map<std::string, const Parameter*> parameters_;
  std::map<std::string, std::uint32_t> task_numbers_;
  std::vector<OutputUse> output_uses_;
};

}  // namespace

std::vector<Problem> check_package(const Package& package) {
  Problems problems;
  Checker(package, problems).run();
  return problems.take();
}

std::vector<Problem> check_project(const Project& project) {
  Problems problems;
  if (!is_name(project.name)) {
    problems.add("project", "\"" + printable(project.name) + "\" is no valid project name", kNameHint);
  }
  if (project.folder.size() > limits::kNameBytes) problems.add("project", "a folder of more than 128 bytes");
  for (std::size_t at = 0; !project.folder.empty() && at <= project.folder.size();) {
    const auto slash = std::min(project.folder.find('/', at), project.folder.size());
    const auto part = project.folder.substr(at, slash - at);
    if (!is_name(part))
      problems.add("project", "\"" + printable(part) + "\" is no valid folder name", kNameHint);
    at = slash + 1;
  }
  if (project.packages.empty()) problems.add("packages", "a project needs at least one package", "add one");
  if (project.packages.size() > limits::kPackagesPerProject) {
    problems.add("packages", "more than 1000 packages", "split the project");
    return problems.take();
  }
  std::set<std::string> names;
  for (const auto& package : project.packages) {
    if (!names.insert(package.name).second) {
      problems.add("packages." + printable(package.name), "there are two packages of this name",
                   "rename one");
    }
    Checker(package, problems).run();
  }
  return problems.take();
}

std::string join_problems(const std::vector<Problem>& problems) {
  std::string out;
  for (const auto& problem : problems) out += (out.empty() ? "" : "\n") + problem.text();
  return out;
}

}  // namespace argosy
