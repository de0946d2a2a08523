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

#include "worker/process.h"
#include "worker/process_trash.h"

namespace argosy::keeper {

class FreshDirectories {
 public:
  // `trash` outlives this object.
  explicit FreshDirectories(Trash& trash) : trash_(trash) {}

  // Afterwards `path` is an empty directory of the user's, mode 0700. 0, or the errno.
  int make(const std::string& path, const std::optional<TaskUser>& user);

  // The attempt has ended: `path` is untouched, or gone.
  void clear(const std::string& path);

  // Links each entry of the folder `from` into `path`. 0, or the errno.
  int link_entries(const std::string& from, const std::string& path);

  // Removes the untouched ones too.
  void clear_all();

 private:
  Trash& trash_;
  std::map<std::string, struct stat> made_;  // as each was when it was made
  std::map<std::string, struct stat> untouched_;
};

}  // namespace argosy::keeper
