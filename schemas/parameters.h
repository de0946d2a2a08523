// From what a Submit brings to the values that templates are bound with. Pure and total: for the master,
// which trusts nothing. (A client checks what its user typed, before it seals anything, with
// check_parameters.)
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "schemas/package.h"
#include "schemas/problem.h"

namespace argosy {

struct GivenParameters {
  std::map<std::string, std::string> plain;        // Submit::parameters
  std::set<std::string> sealed;                    // names in Submit::sealed
  std::map<std::string, std::string> environment;  // plain variables of the environment; none without one
  std::set<std::string> sealed_environment;        // names of its sensitive ones
};

struct BoundParameters {
  std::map<std::string, std::string> values;  // every parameter that is not sensitive
  std::map<std::string, std::string>
      from_sealed;                // sensitive parameter -> sealed variable of the environment it is from
  std::vector<Problem> problems;  // not empty: refuse the Submit
};

// A value comes from the Submit, else from the environment (`from`), else from the default; a parameter that
// is not required and has none of these is the empty text. Refused: unknown names, missing or mistyped
// values, a sensitive parameter in plain or a plain one sealed, variables of the environment that templates
// name and it does not have, and sensitive ones named outside of `secrets`. No value of a sensitive parameter
// is ever part of a problem's text. Required: check_package found nothing in `package`.
BoundParameters bind_parameters(const Package& package, const GivenParameters& given);

// `for_each` with its items: the list of its parameter as values, everything else as it is. Fails on an empty
// or broken list, with what and what to do.
Result<ForEach> bind_items(const ForEach& for_each, const std::map<std::string, std::string>& values);

}  // namespace argosy
