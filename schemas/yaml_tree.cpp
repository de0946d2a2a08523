#include "schemas/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/text.h"
#include "schemas/json_text.h"

namespace argosy {
namespace {

YamlMark mark_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

std::size_t text_bytes(const YamlNode& node) {
  std::size_t bytes = node.text.size();
  for (const auto& item : node.items) bytes += text_bytes(item);
  for (const auto& member : node.members) bytes += member.key.size() + text_bytes(member.value);
  return bytes;
}

std::size_t count_nodes(const YamlNode& node) {
  std::size_t count = 1;
  for (const auto& item : node.items) count += count_nodes(item);
  for (const auto& member : node.members) count += count_nodes(member.value);
  return count;
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t deepest = 0;
  for (const auto& item : node.items) deepest = std::max(deepest, depth_of(item));
  for (const auto& member : node.members) deepest = std::max(deepest, depth_of(member.value));
  return deepest + 1;
}

// Builds the tree from the parser's events. Trouble is thrown as a YamlError: events cannot answer otherwise.
class Builder : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.mark = mark_of(mark);
    add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlKind::scalar;
    node.mark = mark_of(mark);
    node.text = value;
    node.quoted = tag != "?" && !tag.empty();
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YamlError{mark_of(mark), "this alias stands inside its own anchor"};
    YamlNode copy = found->second;
    nodes_ += count_nodes(copy) - 1;
    alias_bytes_ += text_bytes(copy);
    if (nodes_ > kYamlNodes || alias_bytes_ > kYamlAliasBytes) {
      throw YamlError{mark_of(mark), "the aliases make the document too large; write fewer of them"};
    }
    if (open_.size() + depth_of(copy) > kYamlDepth) throw YamlError{mark_of(mark), "nested too deeply"};
    copy.mark = mark_of(mark);
    add(std::move(copy), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlKind::sequence, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlKind::map, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    YamlMark key_mark;
  };

  void open(YamlKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= kYamlDepth) throw YamlError{mark_of(mark), "nested too deeply"};
    if (!open_.empty() && open_.back().node.kind == YamlKind::map && !open_.back().has_key) {
      throw YamlError{mark_of(mark), "a key must be one word, not a list or a map"};
    }
    Open next;
    next.node.kind = kind;
    next.node.mark = mark_of(mark);
    next.anchor = anchor;
    open_.push_back(std::move(next));
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    if (++nodes_ > kYamlNodes) throw YamlError{node.mark, "the document has more than a million values"};
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& parent = open_.back();
    if (parent.node.kind == YamlKind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      if (node.kind != YamlKind::scalar) throw YamlError{node.mark, "a key must be one word"};
      parent.key = std::move(node.text);
      parent.key_mark = node.mark;
      parent.has_key = true;
    } else {
      parent.node.members.push_back({std::move(parent.key), parent.key_mark, std::move(node)});
      parent.has_key = false;
    }
  }

  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
  std::size_t alias_bytes_ = 0;
};

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += {'\\', 'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]};
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json(std::string& out, const YamlNode& node) {
  const char* between = "";
  switch (node.kind) {
    case YamlKind::null:
      out += "null";
      return;
    case YamlKind::scalar:
      if (is_yaml_text(node)) {
        append_json_string(out, node.text);
      } else {
        out += is_yaml_null(node) ? "null" : node.text;
      }
      return;
    case YamlKind::sequence:
      out += '[';
      for (const auto& item : node.items) out += between, between = ",", append_json(out, item);
      out += ']';
      return;
    case YamlKind::map:
      out += '{';
      for (const auto& member : node.members) {
        out += between, between = ",";
        append_json_string(out, member.key);
        out += ':';
        append_json(out, member.value);
      }
      out += '}';
      return;
  }
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::pair<YamlNode, std::optional<YamlError>> parse_yaml(const std::string& text) {
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    Builder first, second;
    if (!parser.HandleNextDocument(first)) return {YamlNode{}, YamlError{{1, 1}, "the document is empty"}};
    if (parser.HandleNextDocument(second)) {
      return {YamlNode{}, YamlError{second.take().mark, "a second document begins here; one file holds one"}};
    }
    return {first.take(), std::nullopt};
  } catch (const YamlError& error) {
    return {YamlNode{}, error};
  } catch (const YAML::Exception& error) {
    return {YamlNode{}, YamlError{mark_of(error.mark), "broken YAML: " + error.msg}};
  } catch (const std::exception& error) {
    return {YamlNode{}, YamlError{{1, 1}, std::string("broken YAML: ") + error.what()}};
  }
}

bool is_yaml_null(const YamlNode& node) {
  return node.kind == YamlKind::null || (node.kind == YamlKind::scalar && !node.quoted &&
                                         (node.text.empty() || node.text == "~" || node.text == "null"));
}

bool is_yaml_text(const YamlNode& node) {
  if (node.kind != YamlKind::scalar || is_yaml_null(node)) return false;
  if (node.quoted) return true;
  if (node.text == "true" || node.text == "false") return false;
  const char first = node.text[0], last = node.text.back();
  const bool number = (first == '-' || (first >= '0' && first <= '9')) && last >= '0' && last <= '9';
  return !number || !is_json(node.text);
}

std::string yaml_to_json(const YamlNode& node) {
  std::string out;
  append_json(out, node);
  return out;
}

}  // namespace argosy
