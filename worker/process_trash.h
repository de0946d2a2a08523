// Trash: a folder where finished working directories wait to be removed, a little at a time.
//
// Owner: the keeper. take() costs one system call for an empty directory and two for a full one; step() does
// bounded work. Symbolic links are removed, never followed; depth costs nothing, since each subfolder is
// moved to the top first. What cannot be removed (immutable files, a foreign mount) stays in the folder until
// the next launch tries again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace argosy::keeper {

class Trash {
 public:
  // Makes the folder when it is missing and takes up what an earlier keeper left in it. An absolute path.
  explicit Trash(std::string folder);
  ~Trash();
  Trash(const Trash&) = delete;
  Trash& operator=(const Trash&) = delete;

  // False when the folder cannot be made or opened.
  bool usable() const { return folder_fd_ >= 0; }

  // After this call nothing is at `directory`; false (with errno) when it could not be moved away.
  bool take(const std::string& directory);

  bool empty() const { return waiting_.empty(); }

  // Removes up to `entries` files and folders.
  void step(std::size_t entries);

 private:
  std::string next_name();
  // True when the folder is done with: removed, or left behind for good.
  bool empty_out(const std::string& name, std::size_t& entries);

  std::string folder_;
  int folder_fd_ = -1;
  std::uint64_t serial_ = 0;
  std::deque<std::string> waiting_;  // names in folder_
};

}  // namespace argosy::keeper
