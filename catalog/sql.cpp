#include "catalog/sql.h"

#include <sys/stat.h>

#include "catalog/address.h"
#include "catalog/connection.h"
#include "catalog/hosts.h"
#include "catalog/line.h"

namespace argosy::catalog {
namespace {

// The address without user, password and options.
std::string for_people(Dialect dialect, const std::string& target) {
  if (dialect == Dialect::sqlite) return "sqlite:" + target;
  const std::size_t at = target.find('@');
  std::string rest = target.substr(at == std::string::npos ? target.find("//") + 2 : at + 1);
  return "postgresql://" + rest.substr(0, rest.find('?'));
}

constexpr const char* kMemory = ":memory:";

}  // namespace

Sql::Sql(Dialect dialect, std::string target, Options options)
    : dialect_(dialect),
      target_(std::move(target)),
      address_(for_people(dialect, target_)),
      options_(std::move(options)) {}

Sql::~Sql() {
  close();
}

void Sql::close() {
  if (!connection_) return;
  if (options_.line) options_.line->closed();
  connection_->drop_statements();
  connection_.reset();
  suspect_ = true;
}

// The address to connect to: of several hosts that of the primary, of two that take writes the later one.
std::string Sql::choose_host() {
  if (count_hosts(target_) < 2) {
    host_ = first_host(target_);
    return with_prompt_options(target_);
  }
  const auto words = ask_hosts(target_, {});
  const HostWord* primary = primary_of(words);
  if (primary == nullptr)
    throw Failure{Trouble::unavailable, "catalog " + address_ + ": no host takes writes: " + told(words)};
  if (primary->timeline < latest_timeline(target_))
    throw Failure{Trouble::unavailable, "catalog " + address_ + ": only a server that was failed over takes writes: " +
                                            told(words) + ", timeline " + std::to_string(latest_timeline(target_)) +
                                            " was seen before"};
  host_ = primary->host;
  return primary->address;
}

void Sql::ensure_open() {
  if (connection_) return;
  struct stat status {};
  if (!postgresql() && !options_.migrate && target_ != kMemory && stat(target_.c_str(), &status) != 0)
    throw Failure{Trouble::schema,
                  "catalog " + address_ + " is not there: `argosy catalog migrate` makes it"};
  const std::string target = postgresql() ? choose_host() : target_;
  try {
    connection_ = std::make_unique<Connection>(dialect_, target);
  } catch (const std::exception& error) {
    throw failure_of(error, nullptr, dialect_, address_, false);
  }
  if (postgresql()) {
    if (options_.line) options_.line->opened(PQsocket(connection_->pg()), {host_, PQbackendPID(connection_->pg())});
    script(
        "SET client_min_messages = warning; SET search_path = argosy, argosy_output; "
        "SET default_transaction_isolation = 'read committed'; SET idle_in_transaction_session_timeout = "
        "'10s'; "
        "SET jit = off; SET synchronous_commit = on; SET bytea_output = 'hex'; SET application_name = '" +
        options_.program + "'");
    return;
  }
  script("PRAGMA busy_timeout = " + std::to_string(options_.busy_timeout.us / 1000) +
         "; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
  if (options_.read_only) return script("PRAGMA query_only = ON");
  script(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; "
      "PRAGMA journal_size_limit = 67108864");
}

// A write on this server that is acknowledged without a warning: what was unknown before is settled by it.
void Sql::prove_usable() {
  if (!postgresql() || !suspect_ || options_.read_only || options_.migrate) return;
  const auto timeline = std::get<0>(*row<std::int64_t>(
      "SELECT CAST(CAST(CAST('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS bit(32)) AS int) AS bigint)"));
  if (timeline < latest_timeline(target_))
    throw Failure{Trouble::unavailable, "catalog " + address_ + ": timeline " + std::to_string(timeline) + " of " + host_ +
                                            " is older than " + std::to_string(latest_timeline(target_)) +
                                            ", seen before: this server was failed over and must not be used"};
  connection_->warnings.clear();
  script("UPDATE proofs SET writes = writes + 1");
  if (!connection_->warnings.empty())
    throw Failure{Trouble::unavailable,
                  "catalog " + address_ + ": a write was not acknowledged: " + connection_->warnings};
  saw_timeline(target_, timeline);  // only now: a server that acknowledges nothing must not set the mark
  suspect_ = false;
}

void Sql::begin(Mode mode) {
  ensure_open();
  if (mode != Mode::read) prove_usable();
  connection_->committing = mode == Mode::single;
  connection_->warnings.clear();
  if (mode == Mode::single) return;
  const bool reads = mode == Mode::read || mode == Mode::proven_read;
  if (postgresql())
    script(reads ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
  else
    run(reads ? "BEGIN" : "BEGIN IMMEDIATE");
  connection_->in_transaction = true;
}

void Sql::finish(Mode mode) {
  connection_->committing = mode == Mode::write || mode == Mode::single;
  if (mode == Mode::rehearse)
    run("ROLLBACK");
  else if (mode != Mode::single)
    run("COMMIT");
  connection_->in_transaction = false;
  if (connection_->committing && !connection_->warnings.empty())
    throw Failure{Trouble::unknown, "catalog " + address_ +
                                        ": the commit was answered with a warning: " + connection_->warnings};
  connection_->committing = false;
}

// What was refused leaves the connection sound; anything else may not.
Error Sql::give_up(const Failure& failure) {
  trouble_ = failure.trouble;
  const bool sound =
      failure.trouble == Trouble::refused || failure.trouble == Trouble::fenced || target_ == kMemory;
  if (connection_ && sound && connection_->in_transaction) {
    try {
      connection_->in_transaction = false;
      connection_->session << "ROLLBACK";
    } catch (const std::exception&) {
      if (target_ != kMemory) close();  // SQLite has rolled back by itself
    }
  }
  if (connection_) {
    connection_->committing = false;
    connection_->drop_last_statement();
  }
  if (!sound) close();
  return Error{failure.message};
}

std::int64_t Sql::execute_raw(std::string_view text, std::vector<Value> values, std::vector<Kind> kinds,
                              void* context, Take take_row) {
  try {
    Prepared& prepared = connection_->prepare(text, values, kinds);
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto [kind, place] = prepared.parameters[i];
      if (kind == Kind::number)
        *static_cast<long long*>(place) = std::get<std::int64_t>(values[i]);
      else if (kind == Kind::text)
        *static_cast<std::string*>(place) = std::move(std::get<std::string>(values[i]));
      else if (postgresql())
        *static_cast<std::string*>(place) = to_hex(std::get<Bytes>(values[i]).data);
      else
        *static_cast<std::string*>(place) = std::move(std::get<Bytes>(values[i]).data);
    }
    if (kinds.empty()) {
      prepared.statement.execute(true);
      return prepared.statement.get_affected_rows();
    }
    std::vector<Value> cells(kinds.size());
    prepared.statement.execute(false);
    std::int64_t count = 0;
    for (; prepared.statement.fetch(); ++count) {
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        Prepared::Out& out = prepared.outs[i];
        if (out.kind == Kind::number)
          cells[i] = static_cast<std::int64_t>(out.number);
        else if (out.kind == Kind::text)
          cells[i] = std::move(out.text);
        else
          cells[i] = Bytes{postgresql() ? from_hex(out.text) : std::move(out.text)};
      }
      take_row(context, cells);
    }
    return count;
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& error) {
    throw failure_of(error, connection_.get(), dialect_, address_, connection_->committing);
  }
}

std::int64_t Sql::run_many(std::string_view text, std::vector<Column> columns) {
  if (std::visit([](const auto& column) { return column.empty(); }, columns.front())) return 0;
  try {
    Prepared& prepared = connection_->prepare_many(text, columns);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      auto [numbers, place] = prepared.columns[i];
      if (numbers)
        static_cast<std::vector<long long>*>(place)->swap(std::get<0>(columns[i]));
      else
        static_cast<std::vector<std::string>*>(place)->swap(std::get<1>(columns[i]));
    }
    prepared.statement.execute(true);
    return prepared.statement.get_affected_rows();
  } catch (const std::exception& error) {
    throw failure_of(error, connection_.get(), dialect_, address_, connection_->committing);
  }
}

void Sql::script(const std::string& text) {
  if (postgresql()) {
    ::PGresult* result = PQexec(connection_->pg(), text.c_str());
    const auto status = PQresultStatus(result);
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const soci::postgresql_soci_error error(good ? "" : PQerrorMessage(connection_->pg()),
                                            state ? state : "     ");
    PQclear(result);
    if (!good) throw failure_of(error, connection_.get(), dialect_, address_, connection_->committing);
    return;
  }
  const int code = sqlite_api::sqlite3_exec(connection_->lite(), text.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return;
  const soci::sqlite3_soci_error error(sqlite_api::sqlite3_errmsg(connection_->lite()), code);
  throw failure_of(error, connection_.get(), dialect_, address_, connection_->committing);
}

std::int64_t Sql::last_id(const char* table) {
  (void)table;
  return sqlite_api::sqlite3_last_insert_rowid(connection_->lite());
}

}  // namespace argosy::catalog
