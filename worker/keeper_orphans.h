// Orphans: processes that lost their parent inside a task and became the keeper's children, and whose they are.
//
// Owner: Attempts. One thread. Required: this process is a subreaper and the parent of nothing but tasks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "worker/process.h"
#include "worker/process_tree.h"

namespace argosy::keeper {

// One that the keeper holds, from its start to "no process is left".
struct Attempt {
  TaskToken token = 0;
  std::uint64_t serial = 0;  // counts starts; the mark of its processes
  int pid = 0;               // also group and session
  Time started;
  Time lease_deadline;
  std::optional<Time> kill_at;  // SIGTERM was sent, this is the end of the grace
  EndCause cause = EndCause::own_exit;
  bool killed = false;
  std::optional<std::uint64_t> memory_bytes;
  std::string fresh_directory;
  std::string secrets_path;
  std::optional<TaskExited> end;  // the main process has ended, others may live
};
using Held = std::map<TaskToken, Attempt>;

// SIGKILL to a process and all that descends from it.
void kill_below(int pid);

class Orphans {
 public:
  explicit Orphans(std::uint64_t worker_mark) : worker_mark_(worker_mark) {}

  // Looks at all children of this process: whoever is not in `mains` is an orphan. `last_serial`: of the latest start.
  void look(const Held& held, const std::map<int, TaskToken>& mains, std::uint64_t last_serial);
  const std::vector<int>& children() { return children_.list(); }
  void buried(int pid) { orphans_.erase(pid); }
  void clear() { orphans_.clear(); }
  bool empty() const { return orphans_.empty(); }

  // With SIGKILL, those of this attempt and all below them. True when there are any.
  bool kill(Attempt& attempt);
  // Those that certainly are of the attempt with this serial, and all below them.
  void append_trees(std::uint64_t serial, std::vector<int>& out) const;

 private:
  struct Orphan {
    std::uint64_t owner = 0;       // serial of its attempt; 0: it hides
    std::uint64_t seen_after = 0;  // serial of the last start before it was first seen
    bool counted = false;
  };

  std::uint64_t owner_of(int pid, const Held& held) const;

  std::uint64_t worker_mark_;
  OwnChildren children_;
  std::map<int, Orphan> orphans_;
};

}  // namespace argosy::keeper
