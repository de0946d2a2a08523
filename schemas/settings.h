// The configuration of a role: a TOML file, bound key by key to the fields of a plain struct.
//
// A role lists its keys once; that list reads the file, checks it and documents it (`argosy ROLE config`). A field's value
// when it is added is its default. Keys are `name` or `table.name`. Durations and sizes are written as text with unit ("30s",
// "64MiB"). Failure of load(): the first unknown key, wrong type or value out of range, as "FILE:LINE: …".
// Owner: a role's main. The fields are borrowed. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace argosy {

class Settings {
 public:
  // `help`: one line, no full stop at its end. Ranges include both ends.
  void add(std::string key, std::string& field, std::string help);
  void add(std::string key, std::vector<std::string>& field, std::string help);
  void add(std::string key, bool& field, std::string help);
  void add(std::string key, Duration& field, Duration least, Duration most, std::string help);
  void add(std::string key, std::int64_t& field, std::int64_t least, std::int64_t most, std::string help);
  void add(std::string key, std::uint64_t& field, std::uint64_t least, std::uint64_t most, std::string help);
  void add(std::string key, std::uint32_t& field, std::uint32_t least, std::uint32_t most, std::string help);
  void add(std::string key, int& field, int least, int most, std::string help);
  void add_bytes(std::string key, std::uint64_t& field, std::uint64_t least, std::uint64_t most, std::string help);

  // A list of tables, [[key]]: each becomes a row, its keys bound by `bind(Settings&, Row&)`.
  template <class Row, class Bind>
  void add_tables(std::string key, std::vector<Row>& rows, Bind bind, std::string help) {
    const auto document = [bind](const Row& row, Form form) {
      Row shown;
      Settings keys;
      bind(keys, shown);
      shown = row;
      return keys.write(form);
    };
    const auto show = [&rows, document](Form form) {
      std::vector<std::string> tables;
      for (const Row& row : rows) tables.push_back(document(row, form));
      return tables;
    };
    const auto read = [&rows, bind](const std::function<std::string(Settings&)>& fill) {
      Row row;
      Settings keys;
      bind(keys, row);
      std::string wrong = fill(keys);
      if (wrong.empty()) rows.push_back(std::move(row));
      return wrong;
    };
    add_table_list(std::move(key), std::move(help), document(Row(), Form::whole), show, [&rows] { rows.clear(); }, read);
  }

  Status load(const std::filesystem::path& file);
  Status parse(std::string_view text, std::string_view name);  // `name` is what errors call the text

  // A TOML file with every key at its present value, each under its help, unit and range.
  std::string describe() const { return write(Form::whole); }
  // A TOML file with the keys alone whose values are not what they were when they were added.
  std::string changes() const { return write(Form::changes); }

 private:
  enum class Form { whole, changes };
  struct Entry {
    std::string key;
    std::string help;
    std::string range;                                // "1s … 1h", empty: any
    std::function<std::string()> show;                // as TOML
    std::function<std::string(const void* node)> read;  // empty: taken; else what is wrong
    std::function<std::string(Form)> show_tables;       // set: a list of tables, whole
    std::string initial;                                // what show() said when it was added
  };
  using FillRow = std::function<std::string(Settings&)>;

  template <class Number>
  void add_number(std::string key, Number& field, Number least, Number most, std::string help);

  void add_table_list(std::string key, std::string help, std::string example,
                      std::function<std::vector<std::string>(Form)> show, std::function<void()> clear,
                      std::function<std::string(const FillRow&)> read);
  std::string read_table(const void* table);
  void keep(Entry entry);
  std::string write(Form form) const;

  std::vector<Entry> entries_;
};

}  // namespace argosy
