// Output: the two pipes of one running task, read in order, cut into chunks, each compressed once.
//
// A chunk is cut when 256 KiB have gathered, when the oldest byte in it is `flush_after` old, or at the end. Reading both
// pipes in turn keeps their order as well as two pipes can tell it. Owner: the worker's shell. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/words/work.h"
#include "worker/mask.h"

namespace argosy::worker {

class Output {
 public:
  // Takes the reading ends over. Echoes of `secrets` are masked.
  Output(AttemptRef attempt, int out_fd, int err_fd, const std::vector<std::string>& secrets);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Reads what is there, at most `most` bytes in all, and appends chunks that are full.
  void read_some(Now now, std::size_t most, std::vector<LogChunk>& chunks);
  // Reads to the end, then cuts the rest. The pipes are closed.
  void read_to_end(Now now, std::vector<LogChunk>& chunks);
  // Cuts what has waited long enough.
  void flush_due(Now now, std::vector<LogChunk>& chunks);
  std::optional<Time> deadline() const;

  bool open() const { return fds_[0] >= 0 || fds_[1] >= 0; }
  int out_fd() const { return fds_[0]; }
  int err_fd() const { return fds_[1]; }
  std::uint64_t bytes() const { return offset_ + pending_.size(); }
  const std::string& stderr_tail() const { return stderr_tail_; }  // at most 4 KiB, as written

 private:
  std::size_t read_one(std::size_t which, Now now, std::size_t most);
  void take(std::size_t which, Now now, std::string_view bytes);
  void cut(std::vector<LogChunk>& chunks);
  void shut(std::size_t which, Now now);

  AttemptRef attempt_;
  int fds_[2];
  Mask masks_[2];
  std::uint64_t offset_ = 0;            // of pending_'s first byte
  std::string pending_;
  std::vector<LogPiece> pieces_;
  Time pending_since_;
  std::string stderr_tail_;
};

}  // namespace argosy::worker
