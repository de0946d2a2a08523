// The catalog's tables by version. Migrations are files under schemas/migrations, built into the program.
//
// Owner, thread rule, failure: catalog.h (inside Sql: throws Failure).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "catalog/sql.h"

namespace argosy::catalog {

struct Migration {
  std::int64_t number = 0;
  std::string_view name;  // "0001_start"
  std::string_view text;
};

// In order; made at build from the files.
const std::vector<Migration>& migrations(Dialect dialect);

// The least program schema that can work on tables of the latest version: told to older programs by the
// tables themselves.
inline constexpr std::int64_t kLeastProgram = 2;

// Applies what is missing, each migration in a transaction of its own; two at once are safe.
void migrate(Sql& sql);
// Throws Failure{schema} unless this program can work on the tables as they are.
void check_schema(Sql& sql);

}  // namespace argosy::catalog
