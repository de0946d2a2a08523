// --batch FILE: one execution a row, as JSON lines or CSV. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace argosy::client {

using BatchRow = std::map<std::string, std::string>;  // parameter -> value

// CSV by RFC 4180: the first record names the parameters; fields may be quoted, quotes in them doubled, and may hold line
// breaks; an empty unquoted field leaves its parameter out. JSON lines: one object a line, a text stands for its
// characters, any other value for its JSON text; null leaves the parameter out. The first character that is not blank
// tells: '{' is JSON. Failure: "NAME:LINE: what".
Result<std::vector<BatchRow>> parse_batch(std::string_view text, const std::string& name);

// One CSV file as records of fields.
struct CsvField {
  std::string text;
  bool quoted = false;
};
struct CsvRecord {
  std::size_t line = 1;
  std::vector<CsvField> fields;
};
Result<std::vector<CsvRecord>> parse_csv(std::string_view text, const std::string& name);

}  // namespace argosy::client
