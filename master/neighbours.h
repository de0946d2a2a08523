// The other masters that share a SQLite catalog, as processes of this host: a stopped one may sit on the lock for writing,
// which blocks everybody, and no term fences that. So a former holder that is stopped is killed before its shard is taken.
//
// Each master locks a byte of its own, by its name, of a file beside the catalog: the kernel says whose process has it, and
// forgets it with the process. No process id is ever read from a file or a table, so no innocent process is killed.
// Owner: the writer. Thread rule: one thread. Failure: in words; nothing is killed in doubt.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace argosy::master {

class Neighbours {
 public:
  // `catalog`: its address. Not a file of SQLite: all below does nothing. Failure: another process is this master already.
  static Result<Neighbours> open(const std::string& catalog, const std::string& master);
  Neighbours(Neighbours&& other) noexcept;
  Neighbours& operator=(Neighbours&&) = delete;
  ~Neighbours();

  // Before this master's shard is taken. Killed if it is stopped. Failure: it is stopped and cannot be killed.
  Status make_way(const std::string& master);
  // When the catalog is locked for long: whoever of the others is stopped is killed.
  void kill_stopped();
  // Who runs beside us, for people: "master m1 (process 17) runs"; empty: nobody by that name.
  std::string who_runs(const std::string& master) const;

  std::vector<std::string> take_notes() { return std::move(notes_); }

 private:
  explicit Neighbours(int fd) : fd_(fd) {}
  bool kill_if_stopped(int pid, long at);

  int fd_ = -1;
  std::vector<std::string> notes_;
};

}  // namespace argosy::master
