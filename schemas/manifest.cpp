#include "schemas/manifest.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/limits.h"
#include "base/text.h"
#include "schemas/check_package.h"
#include "schemas/manifest_notes.h"
#include "schemas/manifest_reader.h"
#include "schemas/manifest_schema.h"
#include "schemas/source_files.h"
#include "schemas/yaml_tree.h"

namespace argosy {
namespace {

// Keys given twice, anywhere in the document.
void find_duplicates(const YamlNode& node, const std::string& path, ManifestNotes& notes) {
  std::map<std::string_view, YamlMark> seen;
  for (const auto& member : node.members) {
    const std::string at = path + (path.empty() ? "" : ".") + printable(member.key);
    const auto [known, is_new] = seen.emplace(member.key, member.mark);
    if (!is_new) {
      notes.add(member.mark, at, "this key stands in line " + std::to_string(known->second.line) + " already",
                "rename or remove one of the two");
    }
    find_duplicates(member.value, at, notes);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    find_duplicates(node.items[i], path + "[" + std::to_string(i) + "]", notes);
  }
}

YamlMark mark_at(const std::string& text, std::size_t offset) {
  YamlMark mark{1, 1};
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++mark.line, mark.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++mark.column;
    }
  }
  return mark;
}

// Adds what another check found, except echoes of what is known.
void add_others(const std::vector<Problem>& others, ManifestNotes& notes) {
  std::vector<PlacedProblem> fresh;
  for (const auto& problem : others) {
    if (problem.path.empty() || !notes.covers(problem.path))
      fresh.push_back({notes.mark_of(problem.path), problem});
  }
  for (auto& placed : fresh) notes.problems().push_back(std::move(placed));
}

// The schema's validator tells of each level around a problem: only the innermost says something.
std::vector<Problem> innermost(const std::vector<Problem>& problems) {
  std::vector<Problem> out;
  for (const auto& problem : problems) {
    const bool outer = std::any_of(problems.begin(), problems.end(), [&](const Problem& other) {
      return other.path.size() > problem.path.size() &&
             (problem.path.empty() || ManifestNotes::is_at_or_below(other.path, problem.path));
    });
    if (!outer) out.push_back(problem);
  }
  return out;
}

// What to do about a syntax error; the parser's own words are terse.
std::string syntax_hint(const std::string& text, const YamlMark& mark) {
  std::size_t at = 0;
  for (std::size_t line = 1; line < mark.line && at != std::string::npos; ++line)
    at = text.find('\n', at + (line > 1));
  if (mark.line == 0 || text.empty()) return "";
  const auto start = at == std::string::npos ? text.size() : at + (mark.line > 1);
  const auto first = text.find_first_not_of(' ', start);
  if (first != std::string::npos && text[first] == '\t')
    return "this line begins with a tab; YAML is indented with spaces";
  return "look at this line and those before it";
}

void finish(Manifest& manifest, std::vector<PlacedProblem>& found) {
  std::stable_sort(found.begin(), found.end(), [](const PlacedProblem& a, const PlacedProblem& b) {
    return std::pair(a.mark.line, a.mark.column) < std::pair(b.mark.line, b.mark.column);
  });
  std::set<std::tuple<std::size_t, std::size_t, std::string, std::string>>
      told;  // a default seen by many tasks: once
  for (auto& [mark, problem] : found) {
    const auto last = problem.path.substr(problem.path.rfind('.') + 1);
    if (!told.emplace(mark.line, mark.column, last, problem.what).second) continue;
    if (manifest.problems.size() == kProblemsListed) {
      manifest.problems.push_back(
          {manifest.file, 0, 0, {"", "there are more problems than these", "mend these first"}});
      return;
    }
    manifest.problems.push_back({manifest.file, mark.line, mark.column, std::move(problem)});
  }
}

void read(Manifest& manifest, const DigestOf& digest_of, ManifestNotes& notes) {
  if (const auto bad = first_unclean_byte(manifest.text)) {
    return notes.add(mark_at(manifest.text, *bad), "",
                     manifest.text[*bad] == '\0' ? "a NUL stands here" : "bad UTF-8 stands here",
                     "a manifest is UTF-8 text; save it as such");
  }
  auto [tree, error] = parse_yaml(manifest.text);
  if (error) {
    const bool syntax = error->what.rfind("broken YAML", 0) == 0;
    return notes.add(error->mark, "", error->what, syntax ? syntax_hint(manifest.text, error->mark) : "");
  }
  find_duplicates(tree, "", notes);
  ManifestSurroundings around{manifest.root, &digest_of, &notes, &manifest.blobs};
  manifest.project = read_project(tree, around);
  add_others(check_project(manifest.project), notes);
  if (notes.problems().empty()) add_others(innermost(check_schema(tree)), notes);
}

}  // namespace

std::string ManifestProblem::text() const {
  std::string out = file;
  if (line != 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  return out + ": " + problem.text();
}

std::string Manifest::problem_text() const {
  std::string out;
  for (const auto& problem : problems) out += problem.text() + "\n";
  return out;
}

Manifest load_manifest_text(const std::string& text, const std::string& file, const std::string& root,
                            const DigestOf& digest_of) {
  Manifest manifest;
  manifest.file = file;
  manifest.root = root;
  manifest.text = text;
  ManifestNotes notes;
  read(manifest, digest_of, notes);
  finish(manifest, notes.problems());
  if (!manifest.ok()) manifest.blobs.clear();
  return manifest;
}

Manifest load_manifest(const std::string& path, const DigestOf& digest_of) {
  std::string file = path, root;
  const auto exists = [](const std::string& name) {
    struct stat status {};
    return stat(name.c_str(), &status) == 0;
  };
  struct stat status {};
  const auto slash = path.rfind('/');
  const std::string base = path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    root = path;
    const std::string folder = path.back() == '/' ? path : path + "/";
    file = folder + "argosy.yaml";
    if (!exists(file) && exists(folder + "argosy.yml")) file = folder + "argosy.yml";
  } else if (base == "argosy.yaml" || base == "argosy.yml") {
    root = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  }
  auto text = read_text_file(file, limits::kManifestBytes);
  if (text) return load_manifest_text(*text, file, root, digest_of);
  Manifest manifest;
  manifest.file = file;
  const std::string& said = text.error().message;  // begins with the file, which the problem names already
  manifest.problems.push_back({file,
                               0,
                               0,
                               {"", said.substr(std::min(said.size(), said.find(": ") + 2)),
                                "a project is a folder that holds argosy.yaml, or one YAML file"}});
  return manifest;
}

}  // namespace argosy
