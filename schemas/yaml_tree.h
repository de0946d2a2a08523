// A YAML document as a plain tree that remembers where everything stood, duplicate keys included. YAML 1.2
// core types: true, false, null and numbers as JSON writes them; everything else, "yes" and dates too, is
// text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace argosy {

inline constexpr int kYamlDepth = 64;
inline constexpr std::size_t kYamlNodes = 1'000'000;              // after aliases are filled in
inline constexpr std::size_t kYamlAliasBytes = 64 * 1024 * 1024;  // text that aliases may add

// From 1; 0: unknown. Columns count characters.
struct YamlMark {
  std::size_t line = 0;
  std::size_t column = 0;
};

enum class YamlKind { null, scalar, sequence, map };

struct YamlMember;

struct YamlNode {
  YamlKind kind = YamlKind::null;
  YamlMark mark;
  std::string text;                 // of a scalar
  bool quoted = false;              // a scalar that is text whatever it looks like
  std::vector<YamlNode> items;      // of a sequence
  std::vector<YamlMember> members;  // of a map, as written

  const YamlNode* find(std::string_view key) const;  // the first of that name, or null
};

struct YamlMember {
  std::string key;
  YamlMark mark;
  YamlNode value;
};

struct YamlError {
  YamlMark mark;
  std::string what;
};

// Exactly one document. Either the tree or the error.
std::pair<YamlNode, std::optional<YamlError>> parse_yaml(const std::string& text);

// What a scalar is.
bool is_yaml_null(const YamlNode& node);
bool is_yaml_text(const YamlNode& node);  // a scalar that JSON would put in quotes

// The node as JSON, on one line.
std::string yaml_to_json(const YamlNode& node);

}  // namespace argosy
