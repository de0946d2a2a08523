#include "client/batch_file.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "schemas/json_text.h"

namespace argosy::client {
namespace {

using nlohmann::json;

Error at(const std::string& name, std::size_t line, const std::string& what) {
  return Error{name + ":" + std::to_string(line) + ": " + what};
}

// Reads RFC 4180 field by field.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Result<std::vector<CsvRecord>> read() {
    std::vector<CsvRecord> out;
    while (at_ < text_.size()) {
      CsvRecord record{line_, {}};
      while (true) {
        auto field = read_field();
        if (!field) return field.error();
        record.fields.push_back(std::move(*field));
        if (at_ < text_.size() && text_[at_] == ',') {
          ++at_;
          continue;
        }
        break;
      }
      if (!end_line()) return at(name_, line_, "a quoted field goes on behind its closing quote; double the quotes inside it");
      const bool blank = record.fields.size() == 1 && record.fields[0].text.empty() && !record.fields[0].quoted;
      if (!blank) out.push_back(std::move(record));
    }
    return out;
  }

 private:
  Result<CsvField> read_field() {
    CsvField out;
    if (at_ >= text_.size() || text_[at_] != '"') {
      while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') out.text += text_[at_++];
      return out;
    }
    out.quoted = true;
    const std::size_t begin = line_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        out.text += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        out.text += text_[++at_];
      } else {
        ++at_;
        return out;
      }
    }
    return at(name_, begin, "a quoted field is never closed");
  }

  // Takes the line break, if one is here or the text is over.
  bool end_line() {
    if (at_ >= text_.size()) return true;
    if (text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
      ++line_;
      return true;
    }
    return at_ >= text_.size() || text_[at_ - 1] == '\r';
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

Result<std::vector<BatchRow>> rows_of_csv(std::string_view text, const std::string& name) {
  const auto records = parse_csv(text, name);
  if (!records) return records.error();
  if (records->size() < 2) return at(name, 1, "no row: the first line names the parameters, each further one is an execution");
  const auto& header = records->front().fields;
  std::set<std::string> names;
  for (const auto& field : header) {
    if (!names.insert(field.text).second) return at(name, records->front().line, "column " + printable(field.text) + " stands twice");
  }
  std::vector<BatchRow> out;
  for (std::size_t i = 1; i < records->size(); ++i) {
    const auto& record = (*records)[i];
    if (record.fields.size() != header.size()) {
      return at(name, record.line, std::to_string(record.fields.size()) + " fields, but the first line names " +
                                       std::to_string(header.size()));
    }
    BatchRow row;
    for (std::size_t f = 0; f < header.size(); ++f) {
      const auto& field = record.fields[f];
      if (!field.text.empty() || field.quoted) row[header[f].text] = field.text;
    }
    out.push_back(std::move(row));
  }
  return out;
}

Result<std::vector<BatchRow>> rows_of_json(std::string_view text, const std::string& name) {
  std::vector<BatchRow> out;
  std::size_t line = 0;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    const std::string_view one = text.substr(from, end - from);
    from = end + 1;
    ++line;
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const json object = json::parse(one, nullptr, false);
    if (!object.is_object()) return at(name, line, "not one JSON object");
    BatchRow row;
    for (const auto& [key, value] : object.items()) {
      if (value.is_null()) continue;
      const auto written = json_member(one, key);
      if (!written) return at(name, line, "not one JSON object without NUL, nested at most 64 deep");
      row[key] = json_plain(*written);  // as it was written: a number keeps all its digits
    }
    out.push_back(std::move(row));
  }
  if (out.empty()) return at(name, 1, "no row");
  return out;
}

}  // namespace

Result<std::vector<CsvRecord>> parse_csv(std::string_view text, const std::string& name) { return CsvReader(text, name).read(); }

Result<std::vector<BatchRow>> parse_batch(std::string_view text, const std::string& name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto unclean = first_unclean_byte(text)) return Error{name + ": byte " + std::to_string(*unclean) + " is no UTF-8 text"};
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return at(name, 1, "the file is empty");
  return text[first] == '{' ? rows_of_json(text, name) : rows_of_csv(text, name);
}

}  // namespace argosy::client
