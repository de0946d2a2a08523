#include "worker/users.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace argosy::worker {
namespace {

constexpr Duration kBelieved = seconds(60);

}  // namespace

std::optional<keeper::TaskUser> look_up_user(const std::string& name) {
  std::string buffer(16384, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  keeper::TaskUser user{found->pw_uid, found->pw_gid, {}};
  int count = 64;
  std::vector<gid_t> groups(64);
  if (getgrouplist(name.c_str(), found->pw_gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    getgrouplist(name.c_str(), found->pw_gid, groups.data(), &count);
  }
  user.groups.assign(groups.begin(), groups.begin() + count);
  return user;
}

std::optional<keeper::TaskUser> Users::find(const std::string& name, Time now) {
  if (const auto it = known_.find(name); it != known_.end() && now < it->second.until) return it->second.user;
  const auto user = look_up_(name);
  if (user) known_[name] = {*user, now + kBelieved};
  else known_.erase(name);
  return user;
}

}  // namespace argosy::worker
