#include "client/output.h"

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "client/legible.h"
#include "client/wrapped.h"

namespace argosy::client {
namespace {

using nlohmann::json;

const json* member_of(const json& row, const std::string& path) {
  const json* at = &row;
  std::size_t from = 0;
  while (true) {
    const auto dot = path.find('.', from);
    const std::string name = path.substr(from, dot == std::string::npos ? dot : dot - from);
    if (!at->is_object() || !at->contains(name)) return nullptr;
    at = &(*at)[name];
    if (dot == std::string::npos) return at;
    from = dot + 1;
  }
}

// "2026-11-22T20:30:11.123456Z" in the reader's time zone.
std::string local_time(const std::string& text) {
  tm utc{};
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc) == nullptr) return text;
  const time_t at = ::timegm(&utc);
  tm local{};
  ::localtime_r(&at, &local);
  char out[32];
  ::strftime(out, sizeof out, "%Y-%m-%d %H:%M:%S", &local);
  return out;
}

std::string joined(const json& list) {
  std::string out;
  for (const auto& one : list) out += (out.empty() ? "" : ",") + (one.is_string() ? legible(one.get<std::string>()) : one.dump());
  return out;
}

std::string dumped(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace);
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::size_t has = text_width(text);
  const std::string fill(width > has ? width - has : 0, ' ');
  return right ? fill + text : text + fill;
}

// "23.5GiB": for people; JSON has the bytes.
std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes);
  double left = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  for (; left >= 1023.95 && unit + 1 < units.size(); ++unit) left /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%s", left, units[unit]);
  return text;
}

class Table : public Output {
 public:
  Table(std::ostream& out, int width) : out_(out), width_(width) {}

  void list(const json& rows, const Listing& how) override {
    if (rows.empty()) {
      out_ << how.nothing << "\n";
      return;
    }
    std::vector<std::vector<std::string>> cells;
    std::vector<std::size_t> widths;
    for (const auto& column : how.columns) widths.push_back(text_width(column.title));
    for (const auto& row : rows) {
      auto& line = cells.emplace_back();
      for (std::size_t i = 0; i < how.columns.size(); ++i) {
        line.push_back(cell(row, how.columns[i]));
        widths[i] = std::max(widths[i], text_width(line.back()));
      }
    }
    fit(widths, how);
    std::vector<std::string> titles;
    for (const auto& column : how.columns) titles.push_back(column.title);
    print(titles, widths, how);
    for (const auto& line : cells) print(line, widths, how);
  }

  void one(const json& object, const Listing& how) override {
    std::size_t width = 0;
    for (const auto& column : how.columns) width = std::max(width, text_width(column.title));
    for (const auto& column : how.columns) {
      const std::string text = cell(object, column);
      if (!text.empty()) out_ << padded(column.title, width, false) << "  " << text << "\n";
    }
  }

  void note(const std::string& text) override { out_ << wrapped(legible(text), width_, 0) << "\n"; }

 private:
  // Takes from the columns that give way what the terminal lacks, down to 8 each.
  void fit(std::vector<std::size_t>& widths, const Listing& how) const {
    if (width_ <= 0) return;
    std::size_t all = 2 * (widths.size() - 1);
    for (const auto width : widths) all += width;
    while (all > static_cast<std::size_t>(width_)) {
      std::size_t* widest = nullptr;
      for (std::size_t i = 0; i < widths.size(); ++i) {
        if (how.columns[i].gives_way && widths[i] > 8 && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
      }
      if (widest == nullptr) return;
      --*widest;
      --all;
    }
  }

  void print(const std::vector<std::string>& line, const std::vector<std::size_t>& widths, const Listing& how) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool last = i + 1 == line.size() && !how.columns[i].gives_way;
      const bool right = how.columns[i].show == Show::count || how.columns[i].show == Show::size;
      if (i > 0) text += "  ";
      text += last && !right ? wrapped(line[i], width_, text_width(text)) : padded(shortened(line[i], widths[i]), widths[i], right);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out_ << text << "\n";
  }

  std::ostream& out_;
  int width_;
};

class Json : public Output {
 public:
  explicit Json(std::ostream& out) : out_(out) {}
  void list(const json& rows, const Listing&) override { out_ << dumped(rows) << "\n"; }
  void one(const json& object, const Listing&) override { out_ << dumped(object) << "\n"; }
  void note(const std::string&) override {}

 private:
  std::ostream& out_;
};

class Quiet : public Output {
 public:
  explicit Quiet(std::ostream& out) : out_(out) {}
  void list(const json& rows, const Listing& how) override {
    for (const auto& row : rows) one(row, how);
  }
  void one(const json& object, const Listing& how) override {
    const std::string text = cell(object, {"", how.id});
    if (!text.empty()) out_ << text << "\n";
  }
  void note(const std::string&) override {}

 private:
  std::ostream& out_;
};

}  // namespace

std::string cell(const json& row, const Column& column) {
  const json* value = member_of(row, column.member);
  if (value == nullptr || value->is_null()) return {};
  if (column.show == Show::size && value->is_number_unsigned()) return size_text(value->get<std::uint64_t>());
  if (value->is_array()) return joined(*value);
  if (!value->is_string()) return value->dump();
  std::string text = value->get<std::string>();
  if (column.show == Show::digest) text.resize(std::min<std::size_t>(text.size(), 12));
  return printable(column.show == Show::time ? local_time(text) : text, text.size() * 4 + 32);
}

std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(const std::string& text, std::size_t columns) {
  if (text_width(text) <= columns) return text;
  if (columns == 0) return {};
  std::string out;
  std::size_t taken = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++taken == columns) break;
    out += c;
  }
  return out + "…";
}

int terminal_width(int fd) {
  if (::isatty(fd) == 0) return 0;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::unique_ptr<Output> Output::make(Format format, std::ostream& out, int width) {
  switch (format) {
    case Format::json: return std::make_unique<Json>(out);
    case Format::quiet: return std::make_unique<Quiet>(out);
    case Format::table: break;
  }
  return std::make_unique<Table>(out, width);
}

}  // namespace argosy::client
