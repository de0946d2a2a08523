#include "catalog/connection.h"

#include <array>

namespace argosy::catalog {
namespace {

constexpr std::size_t kStatementsMost = 256;

std::string rewrite(std::string_view text, Dialect dialect) {
  std::string out;
  const std::string_view mark = "BYTES(";
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, mark.size()) != mark) {
      out += text[at++];
      continue;
    }
    const std::size_t end = text.find(')', at);
    CHECK(end != std::string_view::npos);
    out += "CAST(";
    out += text.substr(at + mark.size(), end - at - mark.size());
    out += dialect == Dialect::postgresql ? " AS bytea)" : " AS BLOB)";
    at = end + 1;
  }
  return out;
}

// SOCI takes the address apart at '=' and puts it together again, wrongly where there is none.
std::string for_soci(Dialect dialect, const std::string& target) {
  if (dialect == Dialect::sqlite) return "db=\"" + target + "\"";
  return target.find('=') == std::string::npos ? target + "?application_name=argosy" : target;
}

void heed_notice(void* connection, const ::PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (severity == nullptr || std::string_view(severity) != "WARNING") return;
  static_cast<Sql::Connection*>(connection)->warnings += message == nullptr ? "warning" : message;
}

int digit(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

Trouble of_sqlite(int code, bool committing) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return Trouble::refused;
    case SQLITE_ERROR:
    case SQLITE_NOTADB:  // no other moment makes a database of it
    case SQLITE_CORRUPT:
      return Trouble::schema;
    case SQLITE_IOERR:
      return committing ? Trouble::unknown : Trouble::unavailable;
    default:
      return Trouble::unavailable;
  }
}

// 57P0x: the server goes down, which may happen after the commit, during the wait for the standby.
Trouble of_postgresql(const std::string& state, bool lost, bool committing) {
  const std::string kind = state.substr(0, 2);
  if (kind == "AR") return state == "AR002" ? Trouble::fenced : Trouble::refused;
  if (kind == "22" || kind == "23" || kind == "54") return Trouble::refused;
  if (kind == "42" || kind == "3F") return Trouble::schema;
  const bool went_down = lost || kind == "08" || state.substr(0, 3) == "57P";
  return went_down && committing ? Trouble::unknown : Trouble::unavailable;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(2 + bytes.size() * 2, '\\');
  out[1] = 'x';
  char* to = out.data() + 2;
  for (const char c : bytes) {
    *to++ = digits[static_cast<unsigned char>(c) >> 4];
    *to++ = digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string from_hex(std::string_view text) {
  if (text.substr(0, 2) == "\\x") text.remove_prefix(2);
  std::string out(text.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<char>(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
  return out;
}

Sql::Connection::Connection(Dialect kind, const std::string& target)
    : dialect(kind),
      session(kind == Dialect::postgresql ? static_cast<const soci::backend_factory&>(soci::postgresql)
                                          : static_cast<const soci::backend_factory&>(soci::sqlite3),
              for_soci(kind, target)) {
  if (dialect == Dialect::postgresql) {
    PQsetNoticeReceiver(pg(), heed_notice, this);
    return;
  }
  sqlite_api::sqlite3_extended_result_codes(lite(), 1);
}

Sql::Connection::~Connection() {
  if (dialect == Dialect::postgresql)
    PQsetNoticeReceiver(
        pg(), [](void*, const ::PGresult*) {}, nullptr);
}

Prepared* Sql::Connection::find(std::string_view name) {
  const auto known = statements.find(name);
  if (known == statements.end()) return nullptr;
  last = &known->first;
  return known->second.get();
}

Prepared& Sql::Connection::keep(std::string name, std::unique_ptr<Prepared> made) {
  const auto kept = statements.emplace(std::move(name), std::move(made)).first;
  last = &kept->first;
  return *kept->second;
}

void Sql::Connection::drop_statements() {
  statements.clear();
  last = nullptr;
}

void Sql::Connection::drop_last_statement() {
  if (last != nullptr) statements.erase(statements.find(*last));
  last = nullptr;
}

Prepared& Sql::Connection::prepare(std::string_view text, const std::vector<Value>& values,
                                   const std::vector<Kind>& kinds) {
  if (Prepared* known = find(text)) return *known;
  if (statements.size() >= kStatementsMost) drop_statements();  // filters make ever new ones
  auto made = std::make_unique<Prepared>(session);
  for (const Kind kind : kinds) {
    auto& out = made->outs.emplace_back(Prepared::Out{.kind = kind, .number = 0, .text = {}});
    if (kind == Kind::number)
      made->statement.exchange(soci::into(out.number));
    else
      made->statement.exchange(soci::into(out.text));
  }
  for (const Value& value : values) {
    if (std::holds_alternative<std::int64_t>(value)) {
      made->parameters.emplace_back(Kind::number, &made->numbers.emplace_back());
      made->statement.exchange(soci::use(made->numbers.back()));
    } else {
      const Kind kind = std::holds_alternative<Bytes>(value) ? Kind::bytes : Kind::text;
      made->parameters.emplace_back(kind, &made->texts.emplace_back());
      made->statement.exchange(soci::use(made->texts.back()));
    }
  }
  made->statement.alloc();
  made->statement.prepare(rewrite(text, dialect));
  made->statement.define_and_bind();
  return keep(std::string(text), std::move(made));
}

Prepared& Sql::Connection::prepare_many(std::string_view text, const std::vector<Column>& columns) {
  const std::string name = "many " + std::string(text);
  if (Prepared* known = find(name)) return *known;
  auto made = std::make_unique<Prepared>(session);
  for (const Column& column : columns) {
    if (std::holds_alternative<std::vector<long long>>(column)) {
      made->columns.emplace_back(true, &made->number_columns.emplace_back(1));
      made->statement.exchange(soci::use(made->number_columns.back()));
    } else {
      made->columns.emplace_back(false, &made->text_columns.emplace_back(1));
      made->statement.exchange(soci::use(made->text_columns.back()));
    }
  }
  made->statement.alloc();
  made->statement.prepare(rewrite(text, dialect));
  made->statement.define_and_bind();
  return keep(name, std::move(made));
}

Failure failure_of(const std::exception& error, const Sql::Connection* connection, Dialect dialect,
                   const std::string& address, bool committing) {
  Failure failure{Trouble::unavailable, std::string("catalog ") + address + ": " + error.what()};
  if (const auto* lite = dynamic_cast<const soci::sqlite3_soci_error*>(&error))
    failure.trouble = connection == nullptr ? Trouble::unavailable : of_sqlite(lite->result(), committing);
  else if (const auto* pg = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    const bool lost = connection == nullptr || PQstatus(connection->pg()) != CONNECTION_OK;
    failure.trouble = of_postgresql(pg->sqlstate(), lost, committing);
  } else if (dialect == Dialect::postgresql && connection != nullptr && committing &&
             PQstatus(connection->pg()) != CONNECTION_OK) {
    failure.trouble = Trouble::unknown;
  }
  return failure;
}

}  // namespace argosy::catalog
