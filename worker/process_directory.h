// FreshDirectories: the empty working directory that each attempt gets, and its end.
//
// Owner: the keeper, single thread. A directory that its attempt never touched stays where it is and is
// handed out again when the same path is asked for with the same owner: making and removing one costs a
// journaling file system more than all else that the keeper does for a task. Workers therefore name
// directories by slot. What was touched goes to the trash.
#pragma once

#include <sys/stat.h>

#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "worker/process.h"
#include "worker/process_trash.h"

namespace argosy::keeper {

class FreshDirectories {
 public:
  // `trash` outlives this object. `old_after`: how long before an attempt's start a directory must have been made for its
  // time of change to tell what the attempt did; far longer than a tick of the clock that files are stamped with.
  explicit FreshDirectories(Trash& trash, Duration old_after = seconds(2)) : trash_(trash), old_after_(old_after) {}

  // Afterwards `path` is an empty directory of the user's, mode 0700. 0, or the errno.
  int make(const std::string& path, const std::optional<TaskUser>& user);

  // The attempt has ended: `path` is untouched, or gone.
  void clear(const std::string& path);

  // Links each entry of the folder `from` into `path`. 0, or the errno.
  int link_entries(const std::string& from, const std::string& path);

  // Removes the untouched ones too.
  void clear_all();

 private:
  struct Made {
    struct stat info;            // as it was when it was made
    Time at;
    bool old_at_start = false;   // of the attempt that has it now
  };

  Trash& trash_;
  Duration old_after_;
  std::map<std::string, Made> made_;
  std::map<std::string, Made> untouched_;
};

}  // namespace argosy::keeper
