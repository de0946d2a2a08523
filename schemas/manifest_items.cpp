#include <charconv>
#include <optional>

#include "base/limits.h"
#include "schemas/manifest_reader.h"
#include "schemas/source_files.h"
#include "schemas/sources.h"

namespace argosy {
namespace {

constexpr const char* kForms =
    "write a list, a range like 1-1000:2, {from: 1, to: 10, step: 2}, {lines: FILE}, {json: FILE}, "
    "{parameter: NAME}, or "
    "{NAME: one of these}";
const std::vector<std::string> kSources = {"from", "to", "step", "lines", "json", "parameter"};

class ItemsReader {
 public:
  ItemsReader(const std::string& path, const ManifestSurroundings& around, ForEach& each)
      : path_(path), around_(around), notes_(*around.notes), each_(each) {}

  void read(const YamlNode& node, bool may_name) {
    each_.source =
        ItemSource::values;  // an array, whatever goes wrong: else ${{ item }} would be called wrong, too
    if (is_yaml_null(node))
      return notes_.add(node.mark, path_, "nothing stands where items should be", kForms);
    switch (node.kind) {
      case YamlKind::null:
        return;
      case YamlKind::scalar:
        return ranges(node);
      case YamlKind::sequence:
        return list(node);
      case YamlKind::map:
        return map(node, may_name);
    }
  }

 private:
  void map(const YamlNode& node, bool may_name) {
    bool known = false;
    for (const auto& member : node.members) {
      for (const auto& source : kSources) known = known || member.key == source;
    }
    if (known) return source(node);
    if (!may_name || node.members.size() != 1) {
      return notes_.add(node.mark, path_, "this is no source of items", kForms);
    }
    each_.variable = node.members[0].key;
    notes_.place(path_, node.members[0].mark);
    read(node.members[0].value, false);
  }

  void source(const YamlNode& node) {
    notes_.check_keys(node, path_, kSources);
    const bool range = node.find("from") || node.find("to") || node.find("step");
    const auto* lines = node.find("lines");
    const auto* json = node.find("json");
    const auto* parameter = node.find("parameter");
    if (int(range) + int(lines != nullptr) + int(json != nullptr) + int(parameter != nullptr) != 1) {
      return notes_.add(node.mark, path_, "more than one source of items", "keep one of them");
    }
    if (range) return numbers(node);
    if (lines != nullptr) return file(*lines, "lines");
    if (json != nullptr) return file(*json, "json");
    if (parameter->kind != YamlKind::scalar || is_yaml_null(*parameter)) {
      return notes_.add(parameter->mark, path_, "it must name a parameter", "write {parameter: NAME}");
    }
    each_.source = ItemSource::parameter;
    each_.parameter = parameter->text;
  }

  std::optional<std::int64_t> whole(const YamlNode& map, const char* key,
                                    std::optional<std::int64_t> otherwise) {
    const auto* node = map.find(key);
    if (node == nullptr) {
      if (!otherwise) notes_.add(map.mark, path_ + "." + key, "it is missing", "a range needs from and to");
      return otherwise;
    }
    std::int64_t value = 0;
    const char* end = node->text.data() + node->text.size();
    const auto [stop, error] = std::from_chars(node->text.data(), end, value);
    if (node->kind == YamlKind::scalar && !node->quoted && error == std::errc{} && stop == end) return value;
    notes_.add(node->mark, path_ + "." + key, "it is no whole number",
               "write digits only, perhaps after a '-'");
    return std::nullopt;
  }

  void numbers(const YamlNode& node) {
    const auto from = whole(node, "from", std::nullopt), to = whole(node, "to", std::nullopt),
               step = whole(node, "step", 1);
    if (!from || !to || !step) return;
    each_.source = ItemSource::range;
    each_.range = {*from, *to, *step};  // check_package says whether it makes sense
  }

  void ranges(const YamlNode& node) {
    auto list = parse_item_ranges(node.text);
    if (!list) return notes_.add(node.mark, path_, list.error().message);
    if (!list->is_range) return packed(std::move(list->packed), node.mark);
    each_.source = ItemSource::range;
    each_.range = list->range;
  }

  void list(const YamlNode& node) {
    PackedItems items;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const auto& item = node.items[i];
      const std::string at = path_ + "[" + std::to_string(i) + "]";
      notes_.place(at, item.mark);
      if (is_yaml_null(item)) {
        notes_.add(item.mark, at, "nothing stands where an item should be", "write \"\" for the empty text");
      }
      const std::string value = item.kind == YamlKind::scalar ? item.text : yaml_to_json(item);
      if (value.find('\0') != std::string::npos) {
        notes_.add(item.mark, at, "the item holds a NUL", "items are UTF-8 text without NUL");
        continue;
      }
      items.bytes += value;
      items.bytes += '\0';
      ++items.count;
    }
    packed(std::move(items), node.mark);
  }

  void file(const YamlNode& node, const char* kind) {
    notes_.place(path_ + "." + kind, node.mark);
    if (node.kind != YamlKind::scalar || is_yaml_null(node)) {
      return notes_.add(node.mark, path_ + "." + kind, "it must name a file of the project",
                        std::string("write {") + kind + ": FILE}");
    }
    if (around_.root.empty()) {
      return notes_.add(node.mark, path_ + "." + kind, "there is no project folder to look in",
                        "keep the manifest in a folder, and name that");
    }
    auto path = path_in_project(around_.root, node.text);
    if (!path) return notes_.add(node.mark, path_ + "." + kind, path.error().message);
    auto text = read_text_file(*path, limits::kItemListBytes);
    if (!text) return notes_.add(node.mark, path_ + "." + kind, text.error().message);
    auto items =
        kind == std::string("lines") ? items_of_lines(*text, node.text) : items_of_json(*text, node.text);
    if (!items) return notes_.add(node.mark, path_ + "." + kind, items.error().message);
    packed(std::move(*items), node.mark);
  }

  // Small arrays stand in the package, large ones beside it.
  void packed(PackedItems items, const YamlMark& mark) {
    if (items.bytes.size() <= limits::kInlineItemBytes) {
      each_.source = ItemSource::values;
      each_.values = unpack_items(items);
      return;
    }
    if (auto status = check_packed_items(items); !status)
      return notes_.add(mark, path_, status.error().message);
    if (around_.digest_of == nullptr || !*around_.digest_of) {
      return notes_.add(mark, path_, "more items than fit into a package itself", "deploy the project");
    }
    each_.source = ItemSource::blob;
    each_.blob_digest = (*around_.digest_of)(items.bytes);
    each_.blob_count = items.count;
    each_.blob_bytes = items.bytes.size();
    (*around_.blobs)[each_.blob_digest] = std::move(items.bytes);
  }

  const std::string& path_;
  const ManifestSurroundings& around_;
  ManifestNotes& notes_;
  ForEach& each_;
};

}  // namespace

void read_for_each(const YamlNode& node, const std::string& path, const ManifestSurroundings& around,
                   ForEach& each) {
  ItemsReader(path, around, each).read(node, true);
}

}  // namespace argosy
