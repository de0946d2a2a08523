// SQL for this folder's own sources: statements by text, prepared once, with plain values in and out; SOCI
// stays behind it.
//
// Statements use :a, :b, … in order, each once. BYTES(:x) stands for a bytes parameter in either dialect. No
// column is NULL. Failure: inside write() and read() everything throws Failure; write() and read() turn it
// into a Result and set trouble(). Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace argosy::catalog {

// Bytes that need not be text.
struct Bytes {
  std::string data;
};

using Value = std::variant<std::int64_t, std::string, Bytes>;
// The values of one parameter for many rows.
using Column = std::variant<std::vector<long long>, std::vector<std::string>>;
enum class Kind : std::uint8_t { number, text, bytes };

struct Failure {
  Trouble trouble = Trouble::refused;
  std::string message;
};
[[noreturn]] inline void refuse(std::string message) {
  throw Failure{Trouble::refused, std::move(message)};
}

class Sql {
 public:
  struct Connection;  // connection.h

  Sql(Dialect dialect, std::string target, Options options);
  ~Sql();

  Dialect dialect() const { return dialect_; }
  bool postgresql() const { return dialect_ == Dialect::postgresql; }
  const std::string& address() const { return address_; }
  const Options& options() const { return options_; }
  Trouble trouble() const { return trouble_; }

  // Runs `act` in one transaction; its value is returned once the commit is acknowledged.
  template <class Act>
  auto write(Act&& act) -> Result<std::invoke_result_t<Act>> {
    return run_in(Mode::write, std::forward<Act>(act));
  }
  // Runs `act` in one read transaction: one snapshot.
  template <class Act>
  auto read(Act&& act) -> Result<std::invoke_result_t<Act>> {
    return run_in(Mode::read, std::forward<Act>(act));
  }
  // As read(), on a connection that has proved itself: what it shows is not an unknown commit that may be gone.
  template <class Act>
  auto proven_read(Act&& act) -> Result<std::invoke_result_t<Act>> {
    return run_in(Mode::proven_read, std::forward<Act>(act));
  }
  // Runs `act`, which says one single statement that commits by itself (PostgreSQL) or a transaction
  // (SQLite).
  template <class Act>
  auto single(Act&& act) -> Result<std::invoke_result_t<Act>> {
    return run_in(postgresql() ? Mode::single : Mode::write, std::forward<Act>(act));
  }
  // Runs `act` in a transaction that is always rolled back.
  template <class Act>
  auto rehearse(Act&& act) -> Result<std::invoke_result_t<Act>> {
    return run_in(Mode::rehearse, std::forward<Act>(act));
  }

  // -- Inside the above. Rows changed.
  template <class... Values>
  std::int64_t run(std::string_view text, const Values&... values) {
    return execute(text, {value_of(values)...}, {}, nullptr);
  }
  // The same statement for many rows; all columns are equally long, and are moved from.
  std::int64_t run_many(std::string_view text, std::vector<Column> columns);

  // All rows of a query; T: std::int64_t, std::string or Bytes.
  template <class... T, class... Values>
  std::vector<std::tuple<T...>> rows(std::string_view text, const Values&... values) {
    std::vector<std::tuple<T...>> out;
    execute(text, {value_of(values)...}, {kind_of<T>()...}, [&out](std::vector<Value>& cells) {
      out.push_back(take<T...>(cells, std::index_sequence_for<T...>{}));
    });
    return out;
  }
  // The first row, if there is one.
  template <class... T, class... Values>
  std::optional<std::tuple<T...>> row(std::string_view text, const Values&... values) {
    auto all = rows<T...>(text, values...);
    if (all.empty()) return std::nullopt;
    return std::move(all.front());
  }
  // As rows(), with parameters and kinds known only at run time.
  template <class Each>
  void each(std::string_view text, std::vector<Value> values, std::vector<Kind> kinds, Each&& take_row) {
    execute(text, std::move(values), std::move(kinds), std::forward<Each>(take_row));
  }

  // Several statements without parameters.
  void script(const std::string& text);
  std::int64_t last_id(const char* table);  // SQLite only: of the latest insert

  // Opens the connection if it is closed. Throws Failure.
  void ensure_open();
  void close();
  // The tables are there: from now on the file must be, too, and a connection proves itself.
  void settled() { options_.migrate = false; }
  // Whoever proved itself before must do so again: its server may have been failed over since.
  void doubt() { suspect_ = true; }
  // Verbs that decide about trouble themselves.
  void set_trouble(Trouble trouble) { trouble_ = trouble; }

 private:
  enum class Mode { read, proven_read, write, single, rehearse };
  using Take = void (*)(void*, std::vector<Value>&);

  static Value value_of(std::int64_t v) { return v; }
  static Value value_of(const std::string& v) { return v; }
  static Value value_of(const char* v) { return std::string(v); }
  static Value value_of(const Bytes& v) { return v; }
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, std::int64_t>) static Value value_of(T v) {
    return static_cast<std::int64_t>(v);
  }

  template <class T>
  static constexpr Kind kind_of() {
    if constexpr (std::is_same_v<T, std::int64_t>)
      return Kind::number;
    else if constexpr (std::is_same_v<T, std::string>)
      return Kind::text;
    else
      return Kind::bytes;
  }
  template <class... T, std::size_t... I>
  static std::tuple<T...> take(std::vector<Value>& cells, std::index_sequence<I...>) {
    return {std::move(std::get<T>(cells[I]))...};
  }
  template <class Each>
  std::int64_t execute(std::string_view text, std::vector<Value> values, std::vector<Kind> kinds,
                       Each&& each_row) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Each>, std::nullptr_t>) {
      return execute_raw(text, std::move(values), std::move(kinds), nullptr, nullptr);
    } else {
      using Callable = std::remove_reference_t<Each>;
      return execute_raw(
          text, std::move(values), std::move(kinds), const_cast<void*>(static_cast<const void*>(&each_row)),
          [](void* context, std::vector<Value>& cells) { (*static_cast<Callable*>(context))(cells); });
    }
  }
  std::int64_t execute_raw(std::string_view text, std::vector<Value> values, std::vector<Kind> kinds,
                           void* context, Take take_row);

  template <class Act>
  auto run_in(Mode mode, Act&& act) -> Result<std::invoke_result_t<Act>> {
    using R = std::invoke_result_t<Act>;
    std::optional<R> value;
    try {
      begin(mode);
      value.emplace(act());
      finish(mode);
      trouble_ = Trouble::none;
      return std::move(*value);
    } catch (const Failure& failure) {
      return give_up(failure);
    }
  }
  void begin(Mode mode);
  void finish(Mode mode);
  Error give_up(const Failure& failure);
  void prove_usable();
  std::string choose_host();

  Dialect dialect_;
  std::string target_;  // path, ":memory:" or the libpq address
  std::string address_;
  std::string host_;  // PostgreSQL: the one of the address that the connection goes to
  Options options_;
  Trouble trouble_ = Trouble::none;
  bool suspect_ = true;  // PostgreSQL: no write was acknowledged since the last failure
  std::unique_ptr<Connection> connection_;
};

}  // namespace argosy::catalog
