// What /proc tells about processes: children, descendants, group and session, environment tokens, resident
// memory.
//
// All functions answer with what was true at some moment of the call, and with nothing for a process that is
// gone. They use /proc/<pid>/task/<tid>/children where the kernel has it, else they read every process's
// parent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::keeper {

// The children of the calling process, cheap to ask again and again. Owner: one single-threaded process.
class OwnChildren {
 public:
  OwnChildren();
  ~OwnChildren();
  OwnChildren(const OwnChildren&) = delete;
  OwnChildren& operator=(const OwnChildren&) = delete;

  // Zombies included.
  const std::vector<int>& list();

 private:
  int fd_ = -1;
  std::string text_;
  std::vector<int> pids_;
};

struct ProcessStat {
  char state = '?';
  int parent = 0;
  int group = 0;
  int session = 0;
};

std::optional<ProcessStat> read_process_stat(int pid);

// Appends `pid` and all that descends from it, parents first.
void append_tree(int pid, std::vector<int>& out);

// Children of every thread of a process.
std::vector<int> children_of(int pid);

// All processes of this host.
std::vector<int> all_processes();

// The value of a variable in the environment that the process was started with.
std::optional<std::string> environment_value(int pid, std::string_view name);

std::uint64_t resident_bytes(int pid);

std::string command_name(int pid);

}  // namespace argosy::keeper
