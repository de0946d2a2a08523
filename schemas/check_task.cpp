#include "schemas/check_task.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "schemas/check_rules.h"
#include "schemas/sources.h"
#include "schemas/template.h"

namespace argosy {
namespace {

class TaskChecker : private CheckRules {
 public:
  TaskChecker(std::uint32_t number, const std::string& path, const TaskSurroundings& around,
              Problems& problems)
      : CheckRules(problems),
        package_(*around.package),
        parameters_(*around.parameters),
        task_numbers_(*around.task_numbers),
        output_uses_(*around.output_uses),
        number_(number),
        task_(&around.package->tasks[number]),
        at_(path) {}

  void run() {
    name(at_, task_->name);
    after();
    for_each();
    command();
    placement();
    budgets();
  }

 private:
  void after() {
    std::set<std::uint32_t> seen;
    for (std::size_t i = 0; i < task_->after.size(); ++i) {
      const auto& edge = task_->after[i];
      const std::string path = at_ + ".after[" + std::to_string(i) + "]";
      if (edge.task.value >= package_.tasks.size()) {
        problems_.add(path, "there is no task number " + std::to_string(edge.task.value));
      } else if (!seen.insert(edge.task.value).second) {
        problems_.add(path, "task " + printable(package_.tasks[edge.task.value].name) + " is named twice",
                      "name it once");
      }
      if (edge.on > AfterOn::ended) problems_.add(path, "a condition that this version does not know");
    }
  }

  void for_each() {
    const auto& each = task_->for_each;
    const std::string path = at_ + ".for_each";
    if (!each.variable.empty() && !is_parameter_name(each.variable)) {
      problems_.add(path, "\"" + printable(each.variable) + "\" is no name for an item",
                    "use letters, digits, '_' and '-'");
    }
    switch (each.source) {
      case ItemSource::none:
        return;
      case ItemSource::range:
        return range(path, each.range);
      case ItemSource::values:
        return values(path, each.values);
      case ItemSource::blob:
        return blob(path, each);
      case ItemSource::parameter:
        return list_parameter(path, each.parameter);
    }
    problems_.add(path, "a source of items that this version does not know");
  }

  void items(const std::string& path, std::uint64_t size) {
    if (size == 0) problems_.add(path, "the array is empty", "give it at least one item, or drop for_each");
    if (size > limits::kItemsPerTask) {
      problems_.add(path, std::to_string(size) + " items",
                    "at most " + std::to_string(limits::kItemsPerTask) + " are allowed; split the array");
    }
  }

  void range(const std::string& path, const Range& range) {
    if (range.step < 1) return problems_.add(path, "the step must be at least 1");
    if (range.last < range.first) {
      return problems_.add(path, "the array is empty: its end is below its beginning", "swap them");
    }
    items(path, range_count(range));
  }

  void values(const std::string& path, const std::vector<std::string>& values) {
    items(path, values.size());
    for (std::size_t i = 0; i < values.size() && !problems_.full(); ++i) {
      const std::string at = path + "[" + std::to_string(i) + "]";
      if (clean(at, values[i]) && values[i].size() > limits::kItemBytes) {
        problems_.add(at, "an item larger than 64 KiB", "put it in a file and name that");
      }
    }
  }

  void blob(const std::string& path, const ForEach& each) {
    items(path, each.blob_count);
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (each.blob_digest.size() != 64 ||
        !std::all_of(each.blob_digest.begin(), each.blob_digest.end(), hex)) {
      problems_.add(path, "the digest of the items is not 64 hexadecimal digits");
    }
    if (each.blob_bytes < each.blob_count || each.blob_bytes > limits::kItemListBytes) {
      problems_.add(path, std::to_string(each.blob_bytes) + " bytes cannot hold the items",
                    "at most 1 GiB is allowed");
    }
  }

  void list_parameter(const std::string& path, const std::string& wanted) {
    const auto found = parameters_.find(wanted);
    if (found == parameters_.end()) return unknown(path, "parameter", wanted, [&] { return parameter_names(); });
    if (found->second->sensitive) {
      problems_.add(path, "a sensitive parameter cannot be an array", "its items would stand in listings");
    }
    if (found->second->type != ParameterType::list) {
      problems_.add(path, "parameter " + printable(wanted) + " is not a list", "declare it with type: list");
    }
  }

  std::vector<std::string> parameter_names() const {
    std::vector<std::string> names;
    for (const auto& [key, parameter] : parameters_) names.push_back(key);
    return names;
  }

  std::vector<std::string> task_names() const {
    std::vector<std::string> names;
    for (const auto& [key, no] : task_numbers_) names.push_back(key);
    return names;
  }

  void command() {
    const std::string path = at_ + ".run";
    if (task_->script.has_value() == !task_->argv.empty()) {
      problems_.add(path, task_->script ? "both a command and a script" : "there is nothing to run",
                    "give a list (a command with its arguments) or a text (a script for sh -eu)");
    }
    std::uint64_t total = 0;
    if (count(path, task_->argv.size(), limits::kArgumentsPerTask, "arguments")) {
      for (std::size_t i = 0; i < task_->argv.size(); ++i) {
        total += text(path + "[" + std::to_string(i) + "]", task_->argv[i], false);
      }
    }
    if (!task_->argv.empty() && task_->argv[0].empty())
      problems_.add(path + "[0]", "the command is empty", "name a program");
    if (task_->script) {
      total += text(path, *task_->script, false);
      if (task_->script->find_first_not_of(" \t\r\n") == std::string::npos) {
        problems_.add(path, "the script is empty", "write what to run");
      }
    }
    total += variables("env", task_->env, false);
    total += variables("secrets", task_->secrets, true);
    if (total > limits::kTaskBytes) {
      problems_.add(at_, "arguments and environment are larger than 1.5 MiB together", "put data in files");
    }
    working_directory();
  }

  std::uint64_t variables(const char* key, const std::map<std::string, std::string>& variables, bool sealed) {
    const std::string path = at_ + "." + key;
    if (!count(path, variables.size(), limits::kVariablesPerTask, "names")) return 0;
    std::uint64_t total = 0;
    for (const auto& [variable, value] : variables) {
      const std::string at = path + "." + printable(variable);
      if (!is_variable_name(variable) || variable.size() > limits::kNameBytes) {
        problems_.add(at, "\"" + printable(variable) + "\" is no valid name",
                      "use letters, digits and '_', begin with no digit");
      } else if (!sealed && variable.rfind("ARGOSY_", 0) == 0) {
        problems_.add(at, "names that begin with ARGOSY_ are Argosy's own", "choose another one");
      }
      total += variable.size() + text(at, value, sealed);
    }
    return total;
  }

  void working_directory() {
    const std::string path = at_ + ".cwd";
    if (task_->cwd > Cwd::path)
      return problems_.add(path, "a kind of directory that this version does not know");
    if (task_->cwd != Cwd::path) {
      if (!task_->cwd_path.empty()) problems_.add(path, "a path that would not be used", "drop it");
      return;
    }
    text(path, task_->cwd_path, false);
    if (task_->cwd_path.empty() || (task_->cwd_path[0] != '/' && task_->cwd_path.rfind("${{", 0) != 0)) {
      problems_.add(path, "\"" + printable(task_->cwd_path) + "\" is no absolute path",
                    "write fresh, package or a path that begins with '/'");
    }
  }

  // One text that may hold placeholders; gives its size.
  std::uint64_t text(const std::string& path, const std::string& value, bool sealed) {
    if (value.size() > limits::kArgumentBytes) {
      problems_.add(path,
                    std::to_string(value.size()) + " bytes, and Linux takes at most 131071 in one argument",
                    "put it in a file of the project");
      return value.size();
    }
    if (!clean(path, value)) return value.size();
    auto pieces = parse_template(value);
    if (!pieces) {
      problems_.add(path, pieces.error().message);
      return value.size();
    }
    for (const auto& piece : *pieces) {
      if (problems_.full()) break;
      if (piece.placeholder) placeholder(path, *piece.placeholder, sealed);
    }
    return value.size();
  }

  void placeholder(const std::string& path, const Placeholder& placeholder, bool sealed) {
    switch (placeholder.kind) {
      case PlaceholderKind::literal:
        return;
      case PlaceholderKind::environment:
        return;  // which environment is known at submit
      case PlaceholderKind::param:
        return parameter_use(path, placeholder, sealed);
      case PlaceholderKind::output:
        return output_use(path, placeholder);
      case PlaceholderKind::item:
      case PlaceholderKind::item_member:
        return item_use(path, placeholder);
    }
  }

  void parameter_use(const std::string& path, const Placeholder& placeholder, bool sealed) {
    const auto found = parameters_.find(placeholder.name);
    if (found == parameters_.end()) return unknown(path, "parameter", placeholder.name, [&] { return parameter_names(); });
    if (found->second->sensitive && !sealed) {
      problems_.add(path,
                    "parameter " + placeholder.name + " is sensitive, and this place is readable by others",
                    "put it under secrets: and read it from the file $ARGOSY_SECRETS");
    }
  }

  void output_use(const std::string& path, const Placeholder& placeholder) {
    const auto found = task_numbers_.find(placeholder.task);
    if (found == task_numbers_.end()) return unknown(path, "task", placeholder.task, [&] { return task_names(); });
    if (package_.tasks[found->second].for_each.source != ItemSource::none) {
      problems_.add(path,
                    "task " + placeholder.task + " is an array, and which item's output is meant is not said",
                    "collect its results in a task without for_each");
    }
    output_uses_.push_back({number_, found->second, path});
  }

  void item_use(const std::string& path, const Placeholder& placeholder) {
    const auto& each = task_->for_each;
    if (each.source == ItemSource::none) {
      return problems_.add(path, "there is no item, since the task has no for_each",
                           "add for_each, or take it out");
    }
    if (placeholder.kind == PlaceholderKind::item || placeholder.name == each.variable) return;
    if (each.source == ItemSource::range) {
      return problems_.add(path, "the items are numbers, and have no member \"" + placeholder.name + "\"",
                           "write ${{ item }}");
    }
    if (each.source != ItemSource::values) return;
    const std::size_t lacks = first_without(placeholder.name);
    if (lacks == each.values.size()) return;
    problems_.add(path,
                  "item " + std::to_string(lacks) + " (" + printable(each.values[lacks], 40) +
                      ") has no member \"" + placeholder.name + "\"",
                  each.variable.empty() ? "write ${{ item }}" : "write ${{ item." + each.variable + " }}");
  }

  // The first item without this member, or how many there are. Remembered: a member may be named many times.
  std::size_t first_without(const std::string& member) {
    const auto [known, is_new] = members_.emplace(member, 0);
    if (!is_new) return known->second;
    const auto& each = task_->for_each;
    const Command probe{{"${{ item." + member + " }}"}, {}, {}, {}, {}};
    const auto has_it = [&](const std::string& item) {
      Scope scope;
      scope.item = &item;
      scope.item_variable = each.variable;
      return bind_command(probe, scope).ok();
    };
    const auto lacks = std::find_if_not(each.values.begin(), each.values.end(), has_it);
    known->second = static_cast<std::size_t>(lacks - each.values.begin());
    return known->second;
  }

  void placement() {
    const auto& resources = task_->resources;
    const std::string path = at_ + ".resources";
    number(path + ".cpu", resources.cpu_milli, limits::kCpuMilliLeast, limits::kCpuMilliMost, show_cpu);
    number<std::uint64_t>(path + ".memory", resources.memory_bytes, 0, limits::kMemoryBytesMost, show_bytes);
    if (count(path + ".tags", resources.tags.size(), limits::kTagsPerTask, "tags")) {
      for (std::size_t i = 0; i < resources.tags.size(); ++i) {
        const std::string at = path + ".tags[" + std::to_string(i) + "]";
        name(at, resources.tags[i]);
        if (i > 0 && !(resources.tags[i - 1] < resources.tags[i])) {
          problems_.add(at, "tags must be sorted, each named once");
        }
      }
    }
    if (!task_->run_as.empty()) name(at_ + ".run_as", task_->run_as);
    const auto& limits = task_->limits;
    const std::string at = at_ + ".limits";
    if (limits.time.us != 0)
      number(at + ".time", limits.time, limits::kTimeLeast, limits::kTimeMost, show_duration);
    if (limits.memory_bytes != 0) {
      number(at + ".memory", limits.memory_bytes, limits::kMemoryLimitLeast, limits::kMemoryBytesMost,
             show_bytes);
    }
    number<std::uint64_t>(at + ".log", limits.log_bytes, 0, limits::kLogBytesMost, show_bytes);
    if (limits.files != 0)
      number(at + ".files", limits.files, limits::kFilesLeast, limits::kFilesMost, show_number);
    number<std::uint32_t>(at + ".processes", limits.processes, 0, limits::kProcessesMost, show_number);
  }

  void budgets() {
    const auto& retry = task_->retry;
    number<std::uint32_t>(at_ + ".retry.limit", retry.limit, 0, limits::kRetryMost, show_number);
    number(at_ + ".retry.backoff", retry.backoff_min, Duration{}, limits::kBackoffMost, show_duration);
    number(at_ + ".retry.backoff", retry.backoff_max, retry.backoff_min, limits::kBackoffMost, show_duration);
    if (const auto percent = task_->max_failures.percent; percent && !(*percent >= 0 && *percent <= 100)) {
      problems_.add(at_ + ".max_failures", "a share out of range", "use 0% to 100%");
    }
    number(at_ + ".lease", task_->lease, limits::kLeaseLeast, limits::kLeaseMost, show_duration);
    number<std::uint32_t>(at_ + ".interruptions", task_->interruptions, 0, limits::kInterruptionsMost,
                          show_number);
    number(at_ + ".grace", task_->grace, Duration{}, limits::kGraceMost, show_duration);
  }

  const Package& package_;
  const std::map<std::string, const Parameter*>& parameters_;
  const std::map<std::string, std::uint32_t>& task_numbers_;
  std::vector<OutputUse>& output_uses_;
  const std::uint32_t number_;
  const Task* const task_;
  const std::string& at_;
  std::map<std::string, std::size_t> members_;  // of items: what first_without() found
};

}  // namespace

void check_task(std::uint32_t number, const std::string& path, const TaskSurroundings& around,
                Problems& problems) {
  TaskChecker(number, path, around, problems).run();
}

}  // namespace argosy
