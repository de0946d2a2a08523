// What a package must satisfy beyond its types. Pure and total: takes any value of the structs, from any
// peer, trusts nothing. Clients run it to tell their user, masters run it before they store anything.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "schemas/package.h"
#include "schemas/problem.h"

namespace argosy {

// Empty: the package may be stored and run.
std::vector<Problem> check_package(const Package& package);
// Names, duplicates and every package. Empty: the project may be stored.
std::vector<Problem> check_project(const Project& project);

// Whether `value` is written as `type` wants it; fails with what and how to write it.
Status check_value(ParameterType type, const std::string& value);

// The parameters given at submit, against the package: unknown names ("did you mean"), missing ones, wrong
// types. A required parameter with `from` need not be given. Paths are "params.NAME".
std::vector<Problem> check_parameters(const Package& package,
                                      const std::map<std::string, std::string>& given);

// All problems, one a line, for a Refused or a terminal.
std::string join_problems(const std::vector<Problem>& problems);

}  // namespace argosy
