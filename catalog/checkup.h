// What `argosy doctor master` wants to know of a catalog beside whether it opens.
//
// Owner, thread rule, failure: catalog.h.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"

namespace argosy::catalog {

struct Checkup {
  std::int64_t schema = 0;          // of the tables
  std::int64_t program_schema = 0;  // that this program was built for
  std::int64_t least_program = 0;   // older programs are shut out
  // PostgreSQL: whose rights output is written with; the login that we work with; whether that one can change output.
  std::string log_login;            // empty: SQLite, or tables of the release before
  std::string login;
  bool may_change_output = false;
};

Result<Checkup> check_up(Catalog& catalog);

}  // namespace argosy::catalog
