// The roster: whose key is whose. A value; the gate and the broker's shell share immutable copies of it.
//
// Two sources are kept apart: the file on this host (masters, operators, brokers) and what masters push
// (workers, submitters). A file entry wins over a pushed one and no push removes it. Thread rule: a value,
// one thread at a time; share it as std::shared_ptr<const Roster>.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fabric/keys.h"

namespace argosy::fabric {

enum class Role { broker, master, worker, operator_, submitter, viewer };
enum class Standing {
  enabled,
  disabled,
  revoked
};  // disabled: may connect, may not take part; revoked: not even that

std::string_view to_text(Role role);  // "operator" for operator_
std::string_view to_text(Standing standing);
std::optional<Role> role_from_text(std::string_view text);
std::optional<Standing> standing_from_text(std::string_view text);

struct RosterEntry {
  PublicKey key;
  std::string name;
  Role role = Role::viewer;
  Standing standing = Standing::enabled;

  bool operator==(const RosterEntry&) const = default;
};

class Roster {
 public:
  // The entry that holds for this key, or nullptr. Valid until the roster changes.
  const RosterEntry* find(const PublicKey& key) const;

  void replace_file_entries(const std::vector<RosterEntry>& entries);
  void replace_pushed_entries(const std::vector<RosterEntry>& entries);

 private:
  std::map<PublicKey, RosterEntry> file_;
  std::map<PublicKey, RosterEntry> pushed_;
};

// The roster file: one entry a line, `role name key [enabled|disabled|revoked]`, `#` starts a comment. A key
// is hex or Z85. Failure: names file and line; a key or a (role, name) given twice is an error.
Result<std::vector<RosterEntry>> parse_roster(std::string_view text, std::string_view where);
std::string format_roster(const std::vector<RosterEntry>& entries);
Result<std::vector<RosterEntry>> load_roster(const std::filesystem::path& file);
Status save_roster(const std::filesystem::path& file, const std::vector<RosterEntry>& entries);

}  // namespace argosy::fabric
