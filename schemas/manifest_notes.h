// What reading a manifest gathers beside the project: problems with their places, and where each path was
// written.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "schemas/problem.h"
#include "schemas/yaml_tree.h"

namespace argosy {

struct PlacedProblem {
  YamlMark mark;
  Problem problem;
};

class ManifestNotes {
 public:
  void add(const YamlMark& mark, std::string path, std::string what, std::string hint = "") {
    if (problems_.size() > 1'000) return;  // far more than is shown; a bound for hostile files
    problems_.push_back({mark, {std::move(path), std::move(what), std::move(hint)}});
  }

  void place(const std::string& path, const YamlMark& mark) { marks_[path] = mark; }

  // What is not written under `task` itself may have been written under `defaults`.
  void place_defaults(const std::string& task, const std::string& defaults) { defaults_[task] = defaults; }

  // Where `path` was written, or the nearest path around it.
  YamlMark mark_of(const std::string& path) const {
    for (std::string at = path;;) {
      if (const auto found = marks_.find(at); found != marks_.end()) {
        const auto other = defaults_.find(at);
        return other == defaults_.end() || at == path
                   ? found->second
                   : default_mark(other->second + path.substr(at.size()), found->second);
      }
      const auto cut = at.find_last_of(".[");
      if (cut == std::string::npos) return {1, 1};
      at.resize(cut);
    }
  }

  // True if a problem is known at `path`, around it, or right below it: what another check finds there is its
  // echo.
  bool covers(const std::string& path) const {
    for (const auto& known : problems_) {
      const auto& other = known.problem.path;
      if (other.empty() || is_at_or_below(path, other)) return true;  // "": the document as a whole
      if (is_at_or_below(other, path) && other.find_first_of(".[", path.size() + 1) == std::string::npos)
        return true;
    }
    return false;
  }

  static bool is_at_or_below(std::string_view path, std::string_view root) {
    if (root.empty() || path.substr(0, root.size()) != root) return false;
    return path.size() == root.size() || path[root.size()] == '.' || path[root.size()] == '[';
  }

  std::vector<PlacedProblem>& problems() { return problems_; }

  // Adds a problem for each key of a map that is not in `known`.
  void check_keys(const YamlNode& map, const std::string& path, const std::vector<std::string>& known) {
    for (const auto& member : map.members) {
      bool found = false;
      for (const auto& key : known) found = found || key == member.key;
      if (found) continue;
      const auto meant = nearest(member.key, known);
      std::string all;
      for (const auto& key : known) all += (all.empty() ? "" : ", ") + key;
      add(member.mark, path.empty() ? printable(member.key) : path + "." + printable(member.key),
          "unknown key", meant ? "did you mean \"" + *meant + "\"?" : "known here: " + all);
    }
  }

  // False, with a problem, unless `node` is a map.
  bool want_map(const YamlNode& node, const std::string& path, const std::string& of) {
    if (node.kind == YamlKind::map) return true;
    add(node.mark, path, std::string(kind_name(node)) + " stands where a map of " + of + " should be",
        "write \"key: value\" lines");
    return false;
  }

  static const char* kind_name(const YamlNode& node) {
    if (is_yaml_null(node)) return "nothing";
    switch (node.kind) {
      case YamlKind::sequence:
        return "a list";
      case YamlKind::map:
        return "a map";
      default:
        return is_yaml_text(node)                            ? "a text"
               : node.text == "true" || node.text == "false" ? "a boolean"
                                                             : "a number";
    }
  }

 private:
  // The mark of `path`, which lies in some defaults, or of what is around it there; else `otherwise`.
  YamlMark default_mark(std::string path, const YamlMark& otherwise) const {
    for (;;) {
      if (const auto found = marks_.find(path); found != marks_.end()) return found->second;
      const auto cut = path.find_last_of(".[");
      if (cut == std::string::npos || path.compare(cut, std::string::npos, ".defaults") == 0)
        return otherwise;
      path.resize(cut);
      if (path.size() >= 9 && path.compare(path.size() - 9, 9, ".defaults") == 0) return otherwise;
    }
  }

  std::map<std::string, YamlMark> marks_;
  std::map<std::string, std::string> defaults_;
  std::vector<PlacedProblem> problems_;
};

}  // namespace argosy
