#include "worker/output.h"

#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace argosy::worker {
namespace {

constexpr std::size_t kChunkBytes = 256u << 10;
constexpr std::size_t kTailBytes = 4096;
constexpr std::size_t kCompressFrom = 256;  // below, a frame's own bytes eat the gain
constexpr Duration kFlushAfter = milliseconds(100);

ZSTD_CCtx* compressor() {
  thread_local struct Owner {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ~Owner() { ZSTD_freeCCtx(context); }
  } owner;
  return owner.context;
}

// The shorter of the bytes themselves and their compression.
void pack(std::string bytes, LogChunk& chunk) {
  chunk.codec = LogCodec::raw;
  if (bytes.size() >= kCompressFrom) {
    std::string packed(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size =
        ZSTD_compressCCtx(compressor(), packed.data(), packed.size(), bytes.data(), bytes.size(), 1);
    if (!ZSTD_isError(size) && size < bytes.size()) {
      packed.resize(size);
      chunk.codec = LogCodec::zstd;
      bytes = std::move(packed);
    }
  }
  chunk.data = std::move(bytes);
}

}  // namespace

Output::Output(AttemptRef attempt, int out_fd, int err_fd, const std::vector<std::string>& secrets)
    : attempt_(attempt), fds_{out_fd, err_fd}, masks_{Mask(secrets), Mask(secrets)} {}

Output::~Output() {
  for (const int fd : fds_) {
    if (fd >= 0) close(fd);
  }
}

void Output::shut(std::size_t which, Now now) {
  if (fds_[which] < 0) return;
  close(fds_[which]);
  fds_[which] = -1;
  take(which, now, masks_[which].finish());
}

// Bytes read: 0 when there is nothing now, or the pipe is at its end (then it is shut).
std::size_t Output::read_one(std::size_t which, Now now, std::size_t most) {
  static thread_local char buffer[64u << 10];
  if (fds_[which] < 0 || most == 0) return 0;
  const std::size_t room = std::min({most, kChunkBytes - pending_.size(), sizeof buffer});
  ssize_t n = 0;
  do {
    n = read(fds_[which], buffer, room);
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    Mask& mask = masks_[which];
    const std::string_view bytes(buffer, static_cast<std::size_t>(n));
    if (mask.idle()) {
      take(which, now, bytes);
    } else {
      take(which, now, mask.pass(bytes));
      explicit_bzero(buffer, bytes.size());
    }
    return bytes.size();
  }
  if (n == 0) shut(which, now);
  return 0;
}

void Output::take(std::size_t which, Now now, std::string_view bytes) {
  if (bytes.empty()) return;
  if (pending_.empty()) pending_since_ = now.steady;
  pending_ += bytes;
  const auto length = static_cast<std::uint32_t>(bytes.size());
  const auto stream = static_cast<std::uint8_t>(which + 1);
  if (!pieces_.empty() && pieces_.back().stream == stream && pieces_.back().at == now.wall) {
    pieces_.back().length += length;
  } else {
    pieces_.push_back({stream, length, now.wall});
  }
  if (which == 0) return;
  stderr_tail_ += bytes;
  if (stderr_tail_.size() > kTailBytes) stderr_tail_.erase(0, stderr_tail_.size() - kTailBytes);
}

void Output::cut(std::vector<LogChunk>& chunks) {
  if (pending_.empty()) return;
  LogChunk chunk{.attempt = attempt_, .offset = offset_, .length = static_cast<std::uint32_t>(pending_.size()),
                 .pieces = std::move(pieces_), .codec = LogCodec::raw, .data = {}};
  offset_ += pending_.size();
  pack(std::move(pending_), chunk);
  pending_.clear();
  pieces_.clear();
  chunks.push_back(std::move(chunk));
}

void Output::read_some(Now now, std::size_t most, std::vector<LogChunk>& chunks) {
  while (most > 0) {
    std::size_t got = read_one(0, now, most);
    most -= got;
    if (pending_.size() >= kChunkBytes) cut(chunks);
    const std::size_t err = read_one(1, now, most);
    most -= err;
    got += err;
    if (pending_.size() >= kChunkBytes || pieces_.size() >= 4096) cut(chunks);
    if (got == 0) break;
  }
}

void Output::read_to_end(Now now, std::vector<LogChunk>& chunks) {
  std::uint64_t before = 0;
  do {
    before = bytes();
    read_some(now, std::size_t{1} << 20, chunks);
  } while (bytes() != before);
  shut(0, now);
  shut(1, now);
  cut(chunks);
}

void Output::flush_due(Now now, std::vector<LogChunk>& chunks) {
  if (!pending_.empty() && now.steady >= pending_since_ + kFlushAfter) cut(chunks);
}

std::optional<Time> Output::deadline() const {
  if (pending_.empty()) return std::nullopt;
  return pending_since_ + kFlushAfter;
}

}  // namespace argosy::worker
