// What a verb prints, in the form that --output asks for: a table for people, one JSON document for programs, bare ids for
// scripts. Verbs hand over documents; only this file's kin know how they look.
//
// Owner: the command line. Prints on the given stream, nothing else. Thread rule: one thread.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace argosy::client {

enum class Format { table, json, quiet };

enum class Show {
  text,
  time,      // RFC 3339 to the reader's own time zone, to the second
  count,     // to the right
  size,      // bytes as people write them
  list,      // joined by commas
  digest,    // the first twelve digits
};

struct Column {
  std::string title;
  std::string member;      // of the row; "tasks.failed" reaches in
  Show show = Show::text;
  bool gives_way = false;  // is shortened first when the terminal is narrow
};

struct Listing {
  std::vector<Column> columns;
  std::string id;          // member that --output quiet prints
  std::string nothing;     // what a table says when there is no row
};

class Output {
 public:
  virtual ~Output() = default;
  virtual void list(const nlohmann::json& rows, const Listing& how) = 0;
  // One object; members in the order of the columns, one a line in a table.
  virtual void one(const nlohmann::json& object, const Listing& how) = 0;
  // A sentence for people: only in tables.
  virtual void note(const std::string& text) = 0;

  // `width`: of the terminal; 0: lines may be as long as they like.
  static std::unique_ptr<Output> make(Format format, std::ostream& out, int width);
};

// A member's value as a cell of a table.
std::string cell(const nlohmann::json& row, const Column& column);

// How many columns of a terminal UTF-8 text takes (one a code point), and its first `columns` ones, with … where cut.
std::size_t text_width(const std::string& text);
std::string shortened(const std::string& text, std::size_t columns);

// Width of the terminal on this descriptor; 0: it is none.
int terminal_width(int fd);

}  // namespace argosy::client
