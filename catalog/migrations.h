// The catalog's tables by version. Migrations are files under schemas/migrations, built into the program.
//
// Owner, thread rule, failure: catalog.h (inside Sql: throws Failure).
#pragma once

#include <cstdint>
#include <string>
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
// What each took away that only programs before it needed, once none of them is left (migrations/*/finish).
const std::vector<Migration>& finishing(Dialect dialect);

// Migrations only add, so a program works on the tables of the release before its own, and that release's programs
// on ours. The least program schema that can work on our tables, told to older programs by the tables themselves:
inline constexpr std::int64_t kLeastProgram = 2;
// The oldest tables that this program can work on: those of the release before.
inline constexpr std::int64_t kLeastTables = 2;

// A new catalog's own name: 128 random bits, hexadecimal.
std::string new_incarnation();

// Applies what is missing, each migration in a transaction of its own; two at once are safe.
void migrate(Sql& sql);
// Takes away what only older programs needed, and shuts them out. Throws Failure{refused} while a master of an older
// program is registered, or the tables are not of this program's version.
void finish(Sql& sql);
bool has_table(Sql& sql, const std::string& name);
// Throws Failure{schema} unless this program can work on the tables as they are.
void check_schema(Sql& sql);

}  // namespace argosy::catalog
