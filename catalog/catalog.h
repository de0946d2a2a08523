// The catalog: the only durable truth, in SQLite or PostgreSQL. This header opens it; the verbs stand in
// work.h, projects.h, environments.h, fleet.h, operations.h, views.h, logs.h, verify.h and clean.h, each a
// function that takes the Catalog.
//
// Owner: whoever opened it. Thread rule: one object belongs to one thread; open several (a writer, a reader).
// Verbs wait for the database. Failure: never an exception; a verb that fails says so in words, and trouble()
// says of what kind. After a failure the connection is closed and opened anew by the next verb (an in-memory
// database rolls back and stays); on PostgreSQL it then counts as usable only once a write on it was
// acknowledged.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace argosy::catalog {

class Line;
class Sql;

enum class Dialect { sqlite, postgresql };

// Of what kind the last failure was.
enum class Trouble {
  none,
  unavailable,  // cannot be reached, or cannot write (disk full, read-only, busy): nothing was written, try
                // again
  unknown,      // broke while committing: may or may not be written. Every verb may be repeated
  fenced,       // the shard's term no longer stands
  refused,      // for what was asked: the text says why; the same again fails again
  schema,       // the tables are not there, damaged, or of a version that this program cannot work on
};

struct Options {
  bool migrate = false;                 // create or raise the tables first (`argosy catalog migrate`, tests)
  bool read_only = false;               // for a reader: never takes the write lock
  Duration busy_timeout = seconds(10);  // SQLite: how long to wait for another process's write
  std::string program = "argosy";       // PostgreSQL: application_name
  std::shared_ptr<Line> line;           // PostgreSQL: lets a guard see the connection and cut it (guard.h)
};

class Catalog {
 public:
  // "sqlite:/path/file.db", "sqlite::memory:" (gone with the object; for the simulator), or "postgresql://…",
  // which libpq gets as it is. Failure: an address that is neither; a database that cannot be reached; a
  // schema that is missing, older or newer than this program can work on. `trouble`, if given, says of what
  // kind.
  static Result<std::unique_ptr<Catalog>> open(const std::string& url, const Options& options = {},
                                               Trouble* trouble = nullptr);
  // `argosy catalog migrate --finish`: takes away what only older programs needed, and shuts them out. Failure: in words,
  // while one of their masters is registered.
  Status finish_migrations();
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  Dialect dialect() const;
  Trouble trouble() const;             // of the last verb; none if it did what was asked
  const std::string& address() const;  // for people: without password
  Sql& sql() { return *sql_; }         // for this folder's own sources

 private:
  explicit Catalog(std::unique_ptr<Sql> sql);
  std::unique_ptr<Sql> sql_;
};

}  // namespace argosy::catalog
