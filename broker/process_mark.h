// Which process runs in a broker's folder: a file that it locks for as long as it lives, and the fence that goes
// by it.
//
// The lock is the kernel's: it ends with the process, however that ends. So a lock that can be had proves that
// nobody is there; one that cannot is held by the process that wrote the file, and only that one is killed:
// number, start, program and boot must be those that it wrote down. Thread rule: none kept.
#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "fabric/hooks.h"

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

// The end, by SIGKILL, of the broker that runs in another folder on this host, stopped or not. Used as fabric::HookRun is.
class Fencing {
 public:
  // Failure: it cannot be told which process that is, or it cannot be killed.
  static Result<Fencing> begin(const std::filesystem::path& folder, Time now);
  ~Fencing();
  Fencing(Fencing&&) noexcept;
  Fencing& operator=(Fencing&&) = delete;

  int fd() const { return fd_; }  // readable once it is gone; -1: nobody runs there
  Time deadline() const { return fd_ < 0 ? began_ : until_; }
  std::optional<fabric::HookEnd> take_end(Time now);  // timed out: it does not go

 private:
  explicit Fencing(Time now);
  int fd_ = -1;
  Time began_;
  Time until_;
};

}  // namespace argosy::broker
