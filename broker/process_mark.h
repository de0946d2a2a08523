// Which process runs in a broker's folder: a file that it locks for as long as it lives, and the fence that goes
// by it.
//
// The lock is the kernel's: it ends with the process, however that ends. So a lock that can be had proves that
// nobody is there; one that cannot is held by the process that wrote the file, and only that one is killed:
// number, start, program and boot must be those that it wrote down. Thread rule: none kept.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"

namespace argosy::broker {

class ProcessMark {
 public:
  // Locks the folder for this process. Failure: another process runs there.
  static Result<ProcessMark> make(const std::filesystem::path& folder);
  ~ProcessMark();
  ProcessMark(ProcessMark&&) noexcept;
  ProcessMark& operator=(ProcessMark&&) noexcept;

 private:
  explicit ProcessMark(int fd) : fd_(fd) {}
  int fd_ = -1;
};

// Ends the broker that runs in that folder on this host, stopped or not, by SIGKILL, and waits until it is gone
// (at most half a second). Done where nobody runs there. Failure: it cannot be told which process that is, or it
// does not go.
Status fence_process_in(const std::filesystem::path& folder);

}  // namespace argosy::broker
