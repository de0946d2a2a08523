// A manifest against schemas/package.schema.json, which is built into the program.
#pragma once

#include <string>
#include <vector>

#include "schemas/problem.h"
#include "schemas/yaml_tree.h"

namespace argosy {

// The schema's own text.
const char* package_schema();

// What the schema refuses, with paths as everywhere ("packages.load.tasks"). Required: no duplicate keys.
std::vector<Problem> check_schema(const YamlNode& tree);

}  // namespace argosy
