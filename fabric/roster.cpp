#include "fabric/roster.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"
#include "fabric/private_file.h"

namespace argosy::fabric {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 6> kRoles{{{Role::broker, "broker"},
                                                                   {Role::master, "master"},
                                                                   {Role::worker, "worker"},
                                                                   {Role::operator_, "operator"},
                                                                   {Role::submitter, "submitter"},
                                                                   {Role::viewer, "viewer"}}};
constexpr std::array<std::pair<Standing, std::string_view>, 3> kStandings{
    {{Standing::enabled, "enabled"}, {Standing::disabled, "disabled"}, {Standing::revoked, "revoked"}}};

constexpr std::size_t kMaxName = 64;

std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Result<RosterEntry> parse_entry(const std::vector<std::string_view>& words) {
  if (words.size() != 3 && words.size() != 4) {
    return Error{"a line is: role name key [enabled|disabled|revoked]; this one has " +
                 std::to_string(words.size()) + " words"};
  }
  const auto role = role_from_text(words[0]);
  if (!role) {
    return Error{"unknown role '" + printable(words[0]) +
                 "'; one of broker, master, worker, operator, submitter, viewer"};
  }
  if (!is_name(words[1]) || words[1].size() > kMaxName) {
    return Error{"name '" + printable(words[1]) + "' is not 1 to 64 letters, digits, '.', '_' or '-', and begins with none of '.' and '-'"};
  }
  const auto key = PublicKey::from_text(words[2]);
  if (!key) return key.error();
  const auto standing = words.size() == 4 ? standing_from_text(words[3]) : Standing::enabled;
  if (!standing) {
    return Error{"unknown standing '" + printable(words[3]) + "'; one of enabled, disabled, revoked"};
  }
  return RosterEntry{*key, std::string(words[1]), *role, *standing};
}

std::map<PublicKey, RosterEntry> by_key(const std::vector<RosterEntry>& entries) {
  std::map<PublicKey, RosterEntry> map;
  for (const auto& entry : entries) map.insert_or_assign(entry.key, entry);
  return map;
}

}  // namespace

std::string_view to_text(Role role) {
  for (const auto& [value, text] : kRoles) {
    if (value == role) return text;
  }
  return "unknown";
}

std::string_view to_text(Standing standing) {
  for (const auto& [value, text] : kStandings) {
    if (value == standing) return text;
  }
  return "unknown";
}

std::optional<Role> role_from_text(std::string_view wanted) {
  for (const auto& [value, text] : kRoles) {
    if (text == wanted) return value;
  }
  return std::nullopt;
}

std::optional<Standing> standing_from_text(std::string_view wanted) {
  for (const auto& [value, text] : kStandings) {
    if (text == wanted) return value;
  }
  return std::nullopt;
}

const RosterEntry* Roster::find(const PublicKey& key) const {
  if (const auto found = file_.find(key); found != file_.end()) return &found->second;
  if (const auto found = pushed_.find(key); found != pushed_.end()) return &found->second;
  return nullptr;
}

void Roster::replace_file_entries(const std::vector<RosterEntry>& entries) {
  file_ = by_key(entries);
}

void Roster::replace_pushed_entries(const std::vector<RosterEntry>& entries) {
  pushed_ = by_key(entries);
}

Result<std::vector<RosterEntry>> parse_roster(std::string_view text, std::string_view where) {
  std::vector<RosterEntry> entries;
  std::set<PublicKey> keys;
  std::set<std::pair<Role, std::string>> names;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty()) continue;
    const std::string at = std::string(where) + ":" + std::to_string(number) + ": ";
    auto entry = parse_entry(words);
    if (!entry) return Error{at + entry.error().message};
    if (!keys.insert(entry->key).second) return Error{at + "this key is given twice"};
    if (!names.insert({entry->role, entry->name}).second) {
      return Error{at + std::string(to_text(entry->role)) + " '" + entry->name + "' is given twice"};
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

std::string format_roster(const std::vector<RosterEntry>& entries) {
  std::string text = "# role name key [enabled|disabled|revoked]\n";
  for (const auto& entry : entries) {
    text.append(to_text(entry.role)).append(" ").append(entry.name).append(" ").append(entry.key.hex());
    if (entry.standing != Standing::enabled) text.append(" ").append(to_text(entry.standing));
    text.push_back('\n');
  }
  return text;
}

Result<std::vector<RosterEntry>> load_roster(const std::filesystem::path& file) {
  const Result<std::string> text = read_plain_file(file);
  if (!text) return text.error();
  return parse_roster(*text, file.string());
}

Status save_roster(const std::filesystem::path& file, const std::vector<RosterEntry>& entries) {
  return write_plain_file(file, format_roster(entries), Existing::replace);
}

}  // namespace argosy::fabric
