// The spool: a worker's unrecorded logs and ends on disk, so that a killed worker loses no result that was reached.
//
// Segments of appended records, deleted oldest first once nothing in them is wanted. Each record has its length and
// CRC-32: what a crash tore is left behind, and what the disk gives otherwise than it was written is not sent. Written
// without fsync: it outlives the process, not the host (after a crash of the host its boot id proves the attempts dead).
// Bounded: full() says when the pipes of tasks must not be read any more. Owner: the worker's shell. One thread. Failure:
// an Error that names file and reason; what is in memory stays usable.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "schemas/words/work.h"
#include "worker/effects.h"
#include "worker/events.h"

namespace argosy::worker {

class Spool {
 public:
  static constexpr std::size_t kBufferBytes = 8u << 20;

  // Opens the folder (made when missing), reads what an earlier session left. Logs of attempts that have no end are let go:
  // they died with their session.
  static Result<std::unique_ptr<Spool>> open(const std::filesystem::path& folder, std::uint64_t most_bytes);
  ~Spool();

  std::vector<SpooledAttempt> take_left_over();

  // Adds to a buffer; flush() writes it. Chunks are by attempt and offset.
  void add_log(SessionId session, ShardId shard, const LogChunk& chunk);
  void add_end(const SpoolEnd& end);
  // False: not written, the disk says why in last_error(). Tried again by the next flush.
  bool flush();

  // The chunk as it was added; of one that the disk no longer gives, a line of the same length that says so, since what
  // follows must continue the attempt's log. Failure: it is not there.
  Result<LogChunk> read_log(AttemptRef attempt, std::uint64_t offset);

  void forget(AttemptRef attempt);                          // end and logs
  void forget_logs(AttemptRef attempt, std::uint64_t before);

  // Full too while much waits for a disk that takes no more: the buffer is memory.
  bool full() const { return bytes_ >= most_bytes_ || buffer_.size() >= kBufferBytes; }
  std::uint64_t bytes() const { return bytes_; }            // on disk and buffered
  const std::string& last_error() const { return last_error_; }

 private:
  struct Segment {
    std::uint64_t number = 0;
    int fd = -1;
    std::uint64_t size = 0;      // written
    std::uint64_t wanted = 0;    // records still wanted
  };
  struct Place {
    std::uint64_t segment = 0;
    std::uint64_t at = 0;        // of the record's payload
    std::uint32_t length = 0;
    std::uint32_t crc = 0;
  };
  struct Chunk {
    Place place;
    std::uint32_t length = 0;    // before compression
    WallTime at;                 // of its first piece
  };
  struct Kept {
    std::map<std::uint64_t, Chunk> logs;  // by offset
    bool has_end = false;
    Place end;
  };

  Spool(std::filesystem::path folder, std::uint64_t most_bytes) : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  Status read_folder();
  Status read_segment(std::uint64_t number);
  Status begin_segment();
  Place append(std::uint8_t kind, const std::string& payload);
  Result<LogChunk> read_chunk(const Place& place);
  Segment& segment(std::uint64_t number);
  void unwant(const Place& place);
  void drop_unwanted_segments();
  std::filesystem::path file_of(std::uint64_t number) const;

  std::filesystem::path folder_;
  std::uint64_t most_bytes_;
  std::uint64_t bytes_ = 0;
  std::deque<Segment> segments_;          // ascending, without gaps in order; the last is written to
  std::map<AttemptRef, Kept> kept_;
  std::string buffer_;                    // of the last segment, not yet written
  std::string last_error_;
  std::map<AttemptRef, SpooledAttempt> left_over_;
};

}  // namespace argosy::worker
