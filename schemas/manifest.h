// A project as people write it: a folder with argosy.yaml (or argosy.yml) beside the files that its tasks
// use, or one YAML file alone. Everything wrong with it is found at once and told with file, line and column.
// The format: package.md.
//
// Thread rule: none, call it from anywhere. Never throws.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/package.h"
#include "schemas/problem.h"

namespace argosy {

struct ManifestProblem {
  std::string file;
  std::size_t line = 0;    // from 1; 0: of the file as a whole
  std::size_t column = 0;  // from 1, in characters
  Problem problem;

  // "argosy.yaml:7:5: packages.load.tasks.extract: what; hint"
  std::string text() const;
};

struct Manifest {
  Project project;
  std::string file;  // the YAML that was read
  std::string root;  // the folder whose files belong to the project; empty: a YAML file alone
  std::string text;  // of the YAML
  std::map<std::string, std::string>
      blobs;  // digest -> packed items of large arrays: to be stored beside the project
  std::vector<ManifestProblem> problems;  // in the order of the file, at most kProblemsListed and a last word

  bool ok() const { return problems.empty(); }
  std::string problem_text() const;  // one a line
};

// SHA-256 of bytes, as 64 lower-case hexadecimal digits; given by the caller, since cryptography lives
// elsewhere.
using DigestOf = std::function<std::string(std::string_view)>;

// `path` names a folder or a YAML file. Without `digest_of`, arrays above limits::kInlineItemBytes are a
// problem.
Manifest load_manifest(const std::string& path, const DigestOf& digest_of = nullptr);

// The same for text at hand; `root` is where `lines:` and `json:` look, empty: nowhere.
Manifest load_manifest_text(const std::string& text, const std::string& file, const std::string& root,
                            const DigestOf& digest_of = nullptr);

}  // namespace argosy
