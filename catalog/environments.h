// Environments: named sets of variables that give parameters their values.
//
// Owner, thread rule, failure: catalog.h. A sealed value is what the submitter's machine sealed to the
// catalog's key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/operations.h"

namespace argosy::catalog {

struct Variable {
  std::string name;
  std::string value;  // plain text, or sealed bytes
  bool sealed = false;

  bool operator==(const Variable&) const = default;
};

struct EnvironmentSummary {
  std::string environment;  // folder/name
  std::uint64_t variables = 0;
};

Status set_variable(Catalog& catalog, const std::string& environment, const Variable& variable, WallTime now);
// False: is not there, and this deed's request did not remove it before. Empty name: all of them.
Result<bool> remove_variables(Catalog& catalog, const std::string& environment, const std::string& name, const Deed& deed);
Result<std::vector<EnvironmentSummary>> list_environments(Catalog& catalog, const std::string& after,
                                                          std::uint32_t limit);
// By name. Nothing: no such environment.
Result<std::optional<std::vector<Variable>>> read_environment(Catalog& catalog,
                                                              const std::string& environment);

}  // namespace argosy::catalog
