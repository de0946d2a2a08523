// One SOCI session with its prepared statements. Only sql.cpp and connection.cpp include this: SOCI is slow
// to compile.
#pragma once

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/sql.h"

namespace argosy::catalog {

// A prepared statement with the variables that it is bound to.
struct Prepared {
  explicit Prepared(soci::session& session) : statement(session) {}

  struct Out {
    Kind kind;
    long long number = 0;
    std::string text;
  };
  std::deque<long long> numbers;  // parameters, where SOCI has their addresses
  std::deque<std::string> texts;
  std::vector<std::pair<Kind, void*>> parameters;
  std::deque<std::vector<long long>> number_columns;
  std::deque<std::vector<std::string>> text_columns;
  std::vector<std::pair<bool, void*>> columns;  // true: numbers
  std::deque<Out> outs;
  soci::statement statement;
};

struct Sql::Connection {
  Connection(Dialect dialect, const std::string& target);  // throws what SOCI throws
  ~Connection();

  Prepared& prepare(std::string_view text, const std::vector<Value>& values, const std::vector<Kind>& kinds);
  Prepared& prepare_many(std::string_view text, const std::vector<Column>& columns);
  Prepared* find(std::string_view name);
  Prepared& keep(std::string name, std::unique_ptr<Prepared> made);
  void drop_statements();
  // After a failure: SOCI frees the parameters of an execution that threw with its statement only.
  void drop_last_statement();

  ::PGconn* pg() const {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
  }
  sqlite_api::sqlite3* lite() const {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  }

  Dialect dialect;
  mutable soci::session session;  // SOCI's accessors are not const
  std::string warnings;           // PostgreSQL: what the notice processor heard since it was last cleared
  bool in_transaction = false;
  bool committing = false;  // an error now may come after the commit
  std::map<std::string, std::unique_ptr<Prepared>, std::less<>> statements;
  const std::string* last = nullptr;  // the key of what was asked for last
};

// What went wrong, from an exception that SOCI threw on this connection (nullptr: while connecting).
Failure failure_of(const std::exception& error, const Sql::Connection* connection, Dialect dialect,
                   const std::string& address, bool committing);

std::string to_hex(std::string_view bytes);  // as PostgreSQL reads bytea: \x…
std::string from_hex(std::string_view text);

}  // namespace argosy::catalog
