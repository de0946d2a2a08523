// From the YAML tree to the structs; every deviation becomes a note with its place. Used by manifest.cpp
// only.
#pragma once

#include <map>
#include <string>

#include "schemas/manifest.h"
#include "schemas/manifest_notes.h"
#include "schemas/package.h"
#include "schemas/yaml_tree.h"

namespace argosy {

// What a reader needs beside the tree: where files are, how content is named, and where notes and blobs go.
struct ManifestSurroundings {
  std::string root;
  const DigestOf* digest_of = nullptr;
  ManifestNotes* notes = nullptr;
  std::map<std::string, std::string>* blobs = nullptr;
};

Project read_project(const YamlNode& tree, const ManifestSurroundings& around);

// The settings of a task, or of `defaults:`, laid over what `task` holds already. In `defaults` the keys
// after, for_each and run are unknown. `names` gives the numbers of the package's tasks.
void read_task(const YamlNode& node, const std::string& path, bool defaults,
               const std::map<std::string, std::uint32_t>& names, const ManifestSurroundings& around,
               Task& task);

// `for_each:` in all its forms.
void read_for_each(const YamlNode& node, const std::string& path, const ManifestSurroundings& around,
                   ForEach& each);

}  // namespace argosy
