// Who wants to know how executions stand. Bounded; at most one Changed each 100 ms for an execution, and one at once at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/envelope.h"

namespace argosy::master {

struct Watcher {
  Address client;
  std::string request;
  bool submit = false;  // it is the key of a Submit, which several clients may say
};

struct Watchers {
  std::vector<Watcher> who;
  Time said_at;
  bool due = false;  // stands in WatchBook::due
};

struct WatchBook {
  std::size_t count = 0;
  Epoch epoch;                                 // of the broker that all are connected to
  std::set<std::pair<Time, ExecutionId>> due;  // when to say how it stands
};

}  // namespace argosy::master
