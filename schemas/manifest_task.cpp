#include <algorithm>
#include <charconv>

#include "base/quantity.h"
#include "schemas/manifest_reader.h"

namespace argosy {
namespace {

const std::vector<std::string> kSettings = {"env",           "secrets", "cwd",          "resources",
                                            "limits",        "retry",   "max_failures", "lease",
                                            "interruptions", "grace",   "run_as"};

template <class T>
Result<T> parse_count(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  return Error{"\"" + printable(text) + "\" is not a whole number from 0; write digits only"};
}

class TaskReader {
 public:
  TaskReader(const std::string& path, const std::map<std::string, std::uint32_t>& names,
             const ManifestSurroundings& around, Task& task)
      : path_(path), names_(names), around_(around), notes_(*around.notes), task_(task) {}

  void read(const YamlNode& node, bool defaults) {
    auto known = kSettings;
    if (!defaults) known.insert(known.begin(), {"run", "after", "for_each"});
    notes_.check_keys(node, path_, known);
    if (!defaults) work(node);
    texts(node, "env", task_.env);
    texts(node, "secrets", task_.secrets);
    cwd(node);
    resources(node);
    limits(node);
    retry(node);
    budgets(node);
  }

 private:
  // The member `key` as one word; null if it is absent or, with a problem, no word. `shape` is what it should
  // be.
  const YamlNode* word(const YamlNode& map, const char* key, const std::string& at,
                       const std::string& shape) {
    const auto* node = map.find(key);
    if (node == nullptr) return nullptr;
    notes_.place(at, node->mark);
    if (node->kind == YamlKind::scalar && !is_yaml_null(*node)) return node;
    notes_.add(node->mark, at, std::string(notes_.kind_name(*node)) + " stands where " + shape + " should be",
               "write " + shape);
    return nullptr;
  }

  template <class T, class Parse>
  void value(const YamlNode& map, const char* key, const std::string& path, const char* shape, Parse parse,
             T& out) {
    const std::string at = path + "." + key;
    const auto* node = word(map, key, at, shape);
    if (node == nullptr) return;
    auto parsed = parse(node->text);
    if (parsed) {
      out = static_cast<T>(*parsed);
    } else {
      notes_.add(node->mark, at, parsed.error().message);
    }
  }

  // As value(), for what YAML must see as a number.
  template <class T, class Parse>
  void number(const YamlNode& map, const char* key, const std::string& path, const char* shape, Parse parse,
              T& out) {
    const auto* node = map.find(key);
    if (node != nullptr && node->quoted) {
      notes_.place(path + "." + key, node->mark);
      notes_.add(node->mark, path + "." + key, std::string("a text stands where ") + shape + " should be",
                 "take the quotes away");
      return;
    }
    value(map, key, path, shape, parse, out);
  }

  // The map under `key`; null if absent or, with a problem, no map.
  const YamlNode* section(const YamlNode& map, const char* key, const std::string& of) {
    const auto* node = map.find(key);
    if (node == nullptr || is_yaml_null(*node)) return nullptr;
    notes_.place(path_ + "." + key, node->mark);
    return notes_.want_map(*node, path_ + "." + key, of) ? node : nullptr;
  }

  void work(const YamlNode& node) {
    if (const auto* run = node.find("run")) {
      command(*run, path_ + ".run");
    } else {
      notes_.add(notes_.mark_of(path_), path_ + ".run", "it is missing",
                 "give a list (a command with its arguments) or a text (a script for sh -eu)");
    }
    if (const auto* after = node.find("after")) edges(*after, path_ + ".after");
    if (const auto* each = node.find("for_each")) {
      notes_.place(path_ + ".for_each", each->mark);
      read_for_each(*each, path_ + ".for_each", around_, task_.for_each);
    }
  }

  void command(const YamlNode& node, const std::string& at) {
    notes_.place(at, node.mark);
    if (node.kind == YamlKind::scalar && is_yaml_text(node)) {
      task_.script = node.text;
      return;
    }
    if (node.kind != YamlKind::sequence) {
      notes_.add(node.mark, at,
                 std::string(notes_.kind_name(node)) + " stands where a command or script should be",
                 "give a list (a command with its arguments) or a text (a script for sh -eu)");
      return;
    }
    if (node.items.empty()) notes_.add(node.mark, at, "the command is empty", "name a program");
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const auto& item = node.items[i];
      const std::string path = at + "[" + std::to_string(i) + "]";
      notes_.place(path, item.mark);
      if (item.kind != YamlKind::scalar || is_yaml_null(item)) {
        notes_.add(item.mark, path,
                   std::string(notes_.kind_name(item)) + " stands where an argument should be",
                   "write a text; \"\" is the empty one");
      }
      task_.argv.push_back(item.text);
    }
  }

  void edges(const YamlNode& node, const std::string& at) {
    notes_.place(at, node.mark);
    if (is_yaml_null(node)) return;
    if (node.kind == YamlKind::sequence) {
      for (const auto& item : node.items) edge_or_edges(item, at);
    } else {
      edge_or_edges(node, at);
    }
  }

  void edge_or_edges(const YamlNode& node, const std::string& at) {
    if (node.kind == YamlKind::scalar && !is_yaml_null(node)) {
      return edge(node.text, node.mark, AfterOn::succeeded, at);
    }
    if (node.kind != YamlKind::map) {
      return notes_.add(node.mark, at, std::string(notes_.kind_name(node)) + " stands where a task should be",
                        "write NAME, or {NAME: succeeded|failed|ended}");
    }
    for (const auto& member : node.members) {
      const std::string& on = member.value.text;
      const auto condition = on == "succeeded" ? AfterOn::succeeded
                             : on == "failed"  ? AfterOn::failed
                                               : AfterOn::ended;
      if (member.value.kind != YamlKind::scalar || (condition == AfterOn::ended && on != "ended")) {
        const auto meant = nearest(on, {"succeeded", "failed", "ended"});
        notes_.add(member.value.mark, at + "." + printable(member.key),
                   "\"" + printable(on) + "\" is no way to end",
                   meant ? "did you mean \"" + *meant + "\"?" : "write succeeded, failed or ended");
      }
      edge(member.key, member.mark, condition, at);
    }
  }

  void edge(const std::string& name, const YamlMark& mark, AfterOn on, const std::string& at) {
    const auto found = names_.find(name);
    if (found == names_.end()) {
      std::vector<std::string> known;
      for (const auto& [key, no] : names_) known.push_back(key);
      const auto meant = nearest(name, known);
      const std::string path = at + "[" + std::to_string(unknown_edges_++ + task_.after.size()) + "]";
      return notes_.add(mark, path, "there is no task \"" + printable(name) + "\" in this package",
                        meant ? "did you mean \"" + *meant + "\"?" : "name one of its tasks");
    }
    notes_.place(at + "[" + std::to_string(task_.after.size()) + "]", mark);
    task_.after.push_back({TaskNo{found->second}, on});
  }

  void texts(const YamlNode& map, const char* key, std::map<std::string, std::string>& out) {
    const auto* node = section(map, key, "NAME: value");
    if (node == nullptr) return;
    for (const auto& member : node->members) {
      const std::string at = path_ + "." + key + "." + printable(member.key);
      notes_.place(at, member.mark);
      if (member.value.kind != YamlKind::scalar || is_yaml_null(member.value)) {
        notes_.add(member.value.mark, at,
                   std::string(notes_.kind_name(member.value)) + " stands where a text should be",
                   "write a text; \"\" is the empty one");
      }
      out[member.key] = member.value.text;
    }
  }

  void cwd(const YamlNode& map) {
    const auto* node = word(map, "cwd", path_ + ".cwd", "fresh, package or an absolute path");
    if (node == nullptr) return;
    task_.cwd = node->text == "fresh" ? Cwd::fresh : node->text == "package" ? Cwd::package : Cwd::path;
    task_.cwd_path = task_.cwd == Cwd::path ? node->text : "";
  }

  void resources(const YamlNode& map) {
    const auto* node = section(map, "resources", "cpu, memory and tags");
    if (node == nullptr) return;
    const std::string at = path_ + ".resources";
    notes_.check_keys(*node, at, {"cpu", "memory", "tags"});
    number(*node, "cpu", at, "a number of CPUs like 2 or 0.5", parse_cpu, task_.resources.cpu_milli);
    value(*node, "memory", at, "a size like 4GiB", parse_bytes, task_.resources.memory_bytes);
    const auto* tags = node->find("tags");
    if (tags == nullptr) return;
    notes_.place(at + ".tags", tags->mark);
    if (tags->kind != YamlKind::sequence) {
      return notes_.add(tags->mark, at + ".tags",
                        std::string(notes_.kind_name(*tags)) + " stands where a list of tags should be",
                        "write [TAG, …]");
    }
    task_.resources.tags.clear();
    for (const auto& tag : tags->items) {
      if (tag.kind != YamlKind::scalar || !is_name(tag.text)) {
        notes_.add(tag.mark, at + ".tags", "\"" + printable(tag.text) + "\" is no valid tag",
                   "use letters, digits, '_', '-' and '.'");
        continue;
      }
      task_.resources.tags.push_back(tag.text);
    }
    auto& sorted = task_.resources.tags;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  }

  void limits(const YamlNode& map) {
    const auto* node = section(map, "limits", "time, memory, log, files and processes");
    if (node == nullptr) return;
    const std::string at = path_ + ".limits";
    notes_.check_keys(*node, at, {"time", "memory", "log", "files", "processes"});
    value(*node, "time", at, "a duration like 30m", parse_duration, task_.limits.time);
    value(*node, "memory", at, "a size like 8GiB", parse_bytes, task_.limits.memory_bytes);
    value(*node, "log", at, "a size like 50MiB", parse_bytes, task_.limits.log_bytes);
    number(*node, "files", at, "a number", parse_count<std::uint32_t>, task_.limits.files);
    number(*node, "processes", at, "a number", parse_count<std::uint32_t>, task_.limits.processes);
  }

  void retry(const YamlNode& map) {
    const auto* node = section(map, "retry", "limit and backoff");
    if (node == nullptr) return;
    const std::string at = path_ + ".retry";
    notes_.check_keys(*node, at, {"limit", "backoff"});
    number(*node, "limit", at, "a number", parse_count<std::uint32_t>, task_.retry.limit);
    std::pair<Duration, Duration> backoff{task_.retry.backoff_min, task_.retry.backoff_max};
    value(*node, "backoff", at, "a duration or two, like 10s..5m", parse_duration_range, backoff);
    task_.retry.backoff_min = backoff.first;
    task_.retry.backoff_max = backoff.second;
  }

  void max_failures(const YamlNode& map) {
    const std::string at = path_ + ".max_failures";
    const auto* node = word(map, "max_failures", at, "a number of items or a percentage like 5%");
    if (node == nullptr) return;
    task_.max_failures = {};
    if (!node->text.empty() && node->text.back() == '%') {
      auto percent = parse_percent(node->text);
      if (!percent) return notes_.add(node->mark, at, percent.error().message);
      task_.max_failures.percent = *percent;
    } else {
      number(map, "max_failures", path_, "a number of items or a percentage like 5%",
             parse_count<std::uint64_t>, task_.max_failures.count);
    }
  }

  void budgets(const YamlNode& map) {
    max_failures(map);
    value(map, "lease", path_, "a duration like 5m", parse_duration, task_.lease);
    number(map, "interruptions", path_, "a number", parse_count<std::uint32_t>, task_.interruptions);
    value(map, "grace", path_, "a duration like 10s", parse_duration, task_.grace);
    if (const auto* user = word(map, "run_as", path_ + ".run_as", "the name of a user"))
      task_.run_as = user->text;
  }

  const std::string& path_;
  const std::map<std::string, std::uint32_t>& names_;
  const ManifestSurroundings& around_;
  ManifestNotes& notes_;
  Task& task_;
  std::size_t unknown_edges_ = 0;
};

}  // namespace

void read_task(const YamlNode& node, const std::string& path, bool defaults,
               const std::map<std::string, std::uint32_t>& names, const ManifestSurroundings& around,
               Task& task) {
  TaskReader(path, names, around, task).read(node, defaults);
}

}  // namespace argosy
