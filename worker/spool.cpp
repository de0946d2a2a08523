#include "worker/spool.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/check.h"
#include "schemas/codec_impl.h"

namespace argosy::worker {
namespace {

constexpr std::uint64_t kSegmentBytes = 32u << 20;
constexpr std::uint64_t kIdleSegmentBytes = 4u << 20;  // a segment that nobody wants is left behind from this size on

enum Kind : std::uint8_t { kLog = 1, kEnd = 2, kForget = 3 };

struct LogRecord {
  SessionId session;
  ShardId shard;
  LogChunk chunk;
  template <class V>
  void visit(V& v) { v(session); v(shard); v(chunk); }
};

struct EndRecord {
  SessionId session;
  ShardId shard;
  AttemptEnd end;
  template <class V>
  void visit(V& v) { v(session); v(shard); v(end); }
};

struct ForgetRecord {
  AttemptRef attempt;
  template <class V>
  void visit(V& v) { v(attempt); }
};

// A record on disk: this header, then `length` bytes.
struct Header {
  std::uint32_t length;
  std::uint32_t crc;  // of kind and payload
  std::uint8_t kind;
} __attribute__((packed));

std::uint32_t checksum(std::uint8_t kind, std::string_view payload) {
  const auto crc = crc32(0, &kind, 1);
  return static_cast<std::uint32_t>(
      crc32(crc, reinterpret_cast<const Bytef*>(payload.data()), static_cast<uInt>(payload.size())));
}

Error disk_error(const std::string& what, const std::filesystem::path& file) {
  return Error{"spool: cannot " + what + " " + file.string() + ": " + std::strerror(errno)};
}

std::optional<std::string> read_whole(int fd, std::uint64_t size) {
  std::string bytes(size, '\0');
  std::uint64_t got = 0;
  while (got < size) {
    const ssize_t n = pread(fd, bytes.data() + got, size - got, static_cast<off_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    got += static_cast<std::uint64_t>(n);
  }
  return bytes;
}

WallTime began(const LogChunk& chunk) { return chunk.pieces.empty() ? WallTime{} : chunk.pieces.front().at; }

LogChunk lost_output(AttemptRef attempt, std::uint64_t offset, std::uint32_t length, WallTime at) {
  constexpr std::string_view kLost = "[output that the worker's disk no longer gives]";
  LogChunk chunk{.attempt = attempt, .offset = offset, .length = length, .pieces = {{1, length, at}}, .codec = LogCodec::raw,
                 .data = std::string(kLost.substr(0, length))};
  chunk.data.resize(length, '\n');
  return chunk;
}

}  // namespace

Spool::~Spool() {
  if (!segments_.empty()) flush();  // there is none where the first could not be read
  for (const auto& s : segments_) close(s.fd);
}

std::filesystem::path Spool::file_of(std::uint64_t number) const {
  std::string name = std::to_string(number);
  return folder_ / (std::string(12 - std::min<std::size_t>(12, name.size()), '0') + name + ".spool");
}

Result<std::unique_ptr<Spool>> Spool::open(const std::filesystem::path& folder, std::uint64_t most_bytes) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{"spool: cannot make the folder " + folder.string() + ": " + error.message()};
  std::unique_ptr<Spool> spool(new Spool(folder, most_bytes));
  if (auto read = spool->read_folder(); !read) return read.error();
  if (auto begun = spool->begin_segment(); !begun) return begun.error();
  return spool;
}

Status Spool::read_folder() {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".spool") continue;
    numbers.push_back(std::strtoull(entry.path().stem().c_str(), nullptr, 10));
  }
  if (error) return Error{"spool: cannot list " + folder_.string() + ": " + error.message()};
  std::sort(numbers.begin(), numbers.end());
  for (const auto number : numbers) {
    if (auto read = read_segment(number); !read) return read;
  }
  // Without an end an attempt of an earlier session is lost, and its log with it.
  std::vector<AttemptRef> endless;
  for (const auto& [ref, kept] : kept_) {
    if (!kept.has_end) endless.push_back(ref);
  }
  for (const auto& ref : endless) {
    for (const auto& [offset, chunk] : kept_.at(ref).logs) unwant(chunk.place);
    kept_.erase(ref);
    left_over_.erase(ref);
  }
  return Done{};
}

Status Spool::read_segment(std::uint64_t number) {
  const auto file = file_of(number);
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return disk_error("open", file);
  struct stat facts{};
  fstat(fd, &facts);
  const auto bytes = read_whole(fd, static_cast<std::uint64_t>(facts.st_size));
  if (!bytes) {
    close(fd);
    return disk_error("read", file);
  }
  segments_.push_back({number, fd, bytes->size(), 0});
  bytes_ += bytes->size();
  const auto left = [&](AttemptRef ref) -> SpooledAttempt& {
    SpooledAttempt& spooled = left_over_[ref];
    spooled.end.attempt = ref;
    return spooled;
  };
  std::size_t at = 0, whole = 0;  // where the last whole record ends
  for (; at + sizeof(Header) <= bytes->size(); whole = at) {
    Header header;
    std::memcpy(&header, bytes->data() + at, sizeof header);
    at += sizeof header;
    if (header.length > bytes->size() - at) break;
    const std::string_view payload(bytes->data() + at, header.length);
    if (checksum(header.kind, payload) != header.crc) break;
    const Place place{number, at, header.length, header.crc};
    at += header.length;
    if (header.kind == kLog) {
      auto record = decode<LogRecord>(payload);
      if (!record) break;
      auto& spooled = left(record->chunk.attempt);
      spooled.session = record->session;
      spooled.shard = record->shard;
      spooled.logs.push_back({record->chunk.attempt, record->chunk.offset, record->chunk.length,
                              static_cast<std::uint32_t>(record->chunk.data.size())});
      kept_[record->chunk.attempt].logs[record->chunk.offset] = {place, record->chunk.length, began(record->chunk)};
      ++segments_.back().wanted;
    } else if (header.kind == kEnd) {
      auto record = decode<EndRecord>(payload);
      if (!record) break;
      auto& spooled = left(record->end.attempt);
      spooled.session = record->session;
      spooled.shard = record->shard;
      Kept& kept = kept_[record->end.attempt];
      kept.has_end = true;
      kept.end = place;
      spooled.end = std::move(record->end);
      ++segments_.back().wanted;
    } else if (header.kind == kForget) {
      auto record = decode<ForgetRecord>(payload);
      if (!record) break;
      const AttemptRef ref = record->attempt;
      if (const auto it = kept_.find(ref); it != kept_.end()) {
        for (const auto& [offset, chunk] : it->second.logs) unwant(chunk.place);
        if (it->second.has_end) unwant(it->second.end);
        kept_.erase(it);
      }
      left_over_.erase(ref);
    }
  }
  if (whole < bytes->size()) {  // torn by a death amid a write, or damaged
    spdlog::warn("{}: nothing whole stands behind byte {} of {}; attempts whose end stood there count as lost", file.string(), whole, bytes->size());
  }
  return Done{};
}

std::vector<SpooledAttempt> Spool::take_left_over() {
  std::vector<SpooledAttempt> all;
  for (auto& [ref, spooled] : std::exchange(left_over_, {})) all.push_back(std::move(spooled));
  return all;
}

Status Spool::begin_segment() {
  const std::uint64_t number = segments_.empty() ? 1 : segments_.back().number + 1;
  const auto file = file_of(number);
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return disk_error("make", file);
  segments_.push_back({number, fd, 0, 0});
  drop_unwanted_segments();
  return Done{};
}

Spool::Place Spool::append(std::uint8_t kind, const std::string& payload) {
  const Header header{static_cast<std::uint32_t>(payload.size()), checksum(kind, payload), kind};
  Segment& last = segments_.back();
  const Place place{last.number, last.size + buffer_.size() + sizeof header, header.length, header.crc};
  buffer_.append(reinterpret_cast<const char*>(&header), sizeof header);
  buffer_ += payload;
  bytes_ += sizeof header + payload.size();
  return place;
}

void Spool::add_log(SessionId session, ShardId shard, const LogChunk& chunk) {
  const Place place = append(kLog, encode(LogRecord{session, shard, chunk}));
  kept_[chunk.attempt].logs[chunk.offset] = {place, chunk.length, began(chunk)};
  ++segments_.back().wanted;
}

void Spool::add_end(const SpoolEnd& end) {
  Kept& kept = kept_[end.end.attempt];
  kept.has_end = true;
  kept.end = append(kEnd, encode(EndRecord{end.session, end.shard, end.end}));
  ++segments_.back().wanted;
}

bool Spool::flush() {
  Segment& last = segments_.back();
  while (!buffer_.empty()) {
    const ssize_t n = pwrite(last.fd, buffer_.data(), buffer_.size(), static_cast<off_t>(last.size));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      last_error_ = disk_error("write", file_of(last.number)).message;
      return false;
    }
    last.size += static_cast<std::uint64_t>(n);
    buffer_.erase(0, static_cast<std::size_t>(n));
  }
  last_error_.clear();
  if (last.size >= kSegmentBytes || (last.wanted == 0 && last.size >= kIdleSegmentBytes)) {
    if (auto begun = begin_segment(); !begun) last_error_ = begun.error().message;
  }
  return last_error_.empty();
}

Spool::Segment& Spool::segment(std::uint64_t number) {
  const auto it = std::lower_bound(segments_.begin(), segments_.end(), number,
                                   [](const Segment& s, std::uint64_t n) { return s.number < n; });
  CHECK(it != segments_.end() && it->number == number);
  return *it;
}

Result<LogChunk> Spool::read_log(AttemptRef attempt, std::uint64_t offset) {
  const auto kept = kept_.find(attempt);
  if (kept == kept_.end()) return Error{"spool: no log of that attempt"};
  const auto it = kept->second.logs.find(offset);
  if (it == kept->second.logs.end()) return Error{"spool: no chunk at that offset"};
  auto chunk = read_chunk(it->second.place);
  if (chunk) return chunk;
  spdlog::error("{}; {} bytes of output are lost", chunk.error().message, it->second.length);
  return lost_output(attempt, offset, it->second.length, it->second.at);
}

Result<LogChunk> Spool::read_chunk(const Place& place) {
  const Segment& from = segment(place.segment);
  // What is not yet written stands in the buffer; on a full disk a record may begin in the file and end there.
  const std::uint64_t in_file = std::min<std::uint64_t>(place.length, from.size - std::min(from.size, place.at));
  std::string payload(place.length, '\0');
  const ssize_t n = in_file == 0 ? 0 : pread(from.fd, payload.data(), in_file, static_cast<off_t>(place.at));
  if (n >= 0 && n < static_cast<ssize_t>(in_file)) errno = EIO;  // the file is shorter than what was written
  if (n != static_cast<ssize_t>(in_file)) return disk_error("read", file_of(from.number));
  if (in_file < place.length) buffer_.copy(payload.data() + in_file, place.length - in_file, place.at + in_file - from.size);
  if (checksum(kLog, payload) != place.crc) {
    return Error{"spool: " + file_of(from.number).string() + ": byte " + std::to_string(place.at) + " and what follows is not what was written"};
  }
  auto record = decode<LogRecord>(payload);
  if (!record) return Error{"spool: " + file_of(from.number).string() + ": " + record.error().message};
  return std::move(record->chunk);
}

void Spool::unwant(const Place& place) { --segment(place.segment).wanted; }

void Spool::forget(AttemptRef attempt) {
  const auto it = kept_.find(attempt);
  if (it == kept_.end()) return;
  for (const auto& [offset, chunk] : it->second.logs) unwant(chunk.place);
  if (it->second.has_end) {
    unwant(it->second.end);
    append(kForget, encode(ForgetRecord{attempt}));
  }
  kept_.erase(it);
  drop_unwanted_segments();
}

void Spool::forget_logs(AttemptRef attempt, std::uint64_t before) {
  const auto it = kept_.find(attempt);
  if (it == kept_.end()) return;
  auto& logs = it->second.logs;
  while (!logs.empty() && logs.begin()->first < before) {
    unwant(logs.begin()->second.place);
    logs.erase(logs.begin());
  }
  drop_unwanted_segments();
}

// Only from the oldest on: a segment may hold the word that something in an older one is forgotten.
void Spool::drop_unwanted_segments() {
  while (segments_.size() > 1 && segments_.front().wanted == 0) {
    close(segments_.front().fd);
    bytes_ -= std::min(bytes_, segments_.front().size);
    std::error_code ignored;
    std::filesystem::remove(file_of(segments_.front().number), ignored);
    segments_.pop_front();
  }
  // A full disk may be full of this alone: what nobody wants, written or not, makes room at once.
  Segment& last = segments_.back();
  if (last_error_.empty() || segments_.size() > 1 || last.wanted > 0 || ::ftruncate(last.fd, 0) != 0) return;
  last.size = 0;
  bytes_ = 0;
  buffer_.clear();
  last_error_.clear();
}

}  // namespace argosy::worker
