// Users: the accounts that tasks run under, by name. A directory server may be slow, and the worker waits for it: what it said
// is believed for a minute. A name that it does not know is asked for again. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "worker/process.h"

namespace argosy::worker {

// From the user database, with its groups.
std::optional<keeper::TaskUser> look_up_user(const std::string& name);

class Users {
 public:
  using LookUp = std::function<std::optional<keeper::TaskUser>(const std::string& name)>;

  Users() = default;
  explicit Users(LookUp look_up) : look_up_(std::move(look_up)) {}

  std::optional<keeper::TaskUser> find(const std::string& name, Time now);

 private:
  struct Known {
    keeper::TaskUser user;
    Time until;
  };

  LookUp look_up_ = look_up_user;
  std::map<std::string, Known> known_;
};

}  // namespace argosy::worker
