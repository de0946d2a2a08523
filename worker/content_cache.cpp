#include "worker/content_cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/check.h"
#include "fabric/digest.h"
#include "fabric/wakeup.h"
#include "worker/unpack.h"

namespace argosy::worker {
namespace fs = std::filesystem;

struct ContentCache::State {
  struct Entry {
    std::uint64_t bytes = 0;
    std::uint64_t used_at = 0;  // a count of uses, not a time
    std::uint32_t users = 0;
  };

  fs::path folder;
  std::uint64_t most_bytes = 0;
  std::uint64_t uses = 0;
  std::map<std::string, Entry> entries;
  fabric::Wakeup wakeup;
  std::map<std::string, std::thread> unpacking;
  std::vector<std::future<void>> removals;

  std::mutex mutex;  // of `results` and `sizes`
  std::vector<Outcome> results;
  std::map<std::string, std::uint64_t> sizes;

  fs::path part_of(const std::string& digest) const { return folder / (digest + ".part"); }

  void report(Outcome outcome, std::uint64_t bytes) {
    {
      const std::lock_guard lock(mutex);
      sizes[outcome.digest] = bytes;
      results.push_back(std::move(outcome));
    }
    wakeup.notify();
  }

  // On a thread of its own.
  void check_and_unpack(const std::string& digest) {
    const fs::path part = part_of(digest), fresh = folder / (digest + ".new");
    std::error_code ignored;
    std::uint64_t bytes = 0;
    std::string why;
    if (file_digest(part) != digest) {
      why = "the package's content arrived damaged: its SHA-256 is not " + digest;
    } else if (auto unpacked = unpack_archive(part, fresh); !unpacked) {
      why = unpacked.error().message;
    } else if (!is_on_disk(fresh)) {
      why = "cannot keep the package's content in " + folder.string() + ": " + std::strerror(errno);
    } else {
      bytes = *unpacked;
      fs::rename(fresh, folder / digest, ignored);
      if (ignored) why = "cannot keep the package's content in " + folder.string() + ": " + ignored.message();
    }
    fs::remove(part, ignored);
    if (!why.empty()) remove_unpacked(fresh);
    report({digest, why.empty(), why}, bytes);
  }

  // Before it gets its name: a host that loses power would keep the name, with empty files below it.
  static bool is_on_disk(const fs::path& fresh) {
    const int fd = ::open(fresh.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::syncfs(fd) == 0;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    errno = error;
    return synced;
  }

  static std::string file_digest(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    fabric::Sha256 sha;
    std::string block(1u << 20, '\0');
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
      sha.add(std::string_view(block.data(), static_cast<std::size_t>(in.gcount())));
    }
    return sha.finish_hex();
  }

  // Under another name at once, so that the same content may come again; gigabytes of files take their time elsewhere.
  void remove_aside(const fs::path& unpacked) {
    std::erase_if(removals, [](const auto& removal) { return removal.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    std::error_code failed;
    const fs::path gone = unpacked.string() + ".gone" + std::to_string(++uses);
    fs::rename(unpacked, gone, failed);
    if (failed) return remove_unpacked(unpacked);
    try {
      removals.push_back(std::async(std::launch::async, [gone] { remove_unpacked(gone); }));
    } catch (const std::system_error&) {  // no thread is to be had
      remove_unpacked(gone);
    }
  }

  void make_room() {
    std::uint64_t total = 0;
    for (const auto& [digest, entry] : entries) total += entry.bytes;
    while (total > most_bytes) {
      auto oldest = entries.end();
      for (auto it = entries.begin(); it != entries.end(); ++it) {
        if (it->second.users == 0 && (oldest == entries.end() || it->second.used_at < oldest->second.used_at)) oldest = it;
      }
      if (oldest == entries.end()) return;  // all in use: the bound gives way, and heals later
      remove_aside(folder / oldest->first);
      total -= oldest->second.bytes;
      entries.erase(oldest);
    }
  }
};

ContentCache::ContentCache(std::unique_ptr<State> state) : state_(std::move(state)) {}

ContentCache::~ContentCache() {
  for (auto& [digest, thread] : state_->unpacking) thread.join();
}

Result<std::unique_ptr<ContentCache>> ContentCache::open(const fs::path& folder, std::uint64_t most_bytes) {
  auto state = std::make_unique<State>();
  state->folder = folder;
  state->most_bytes = most_bytes;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{"content cache: cannot make " + folder.string() + ": " + error.message()};
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || name.size() != 64) {  // a part or a half-unpacked folder of an earlier session
      remove_unpacked(entry.path());
      continue;
    }
    state->entries[name] = {unpacked_bytes(entry.path()), 0, 0};
  }
  return std::unique_ptr<ContentCache>(new ContentCache(std::move(state)));
}

bool ContentCache::has(const std::string& digest) const { return state_->entries.contains(digest); }

fs::path ContentCache::use(const std::string& digest) {
  auto& entry = state_->entries.at(digest);
  ++entry.users;
  entry.used_at = ++state_->uses;
  return state_->folder / digest;
}

void ContentCache::release(const std::string& digest) {
  auto& entry = state_->entries.at(digest);
  CHECK(entry.users > 0);
  --entry.users;
}

void ContentCache::store(const StoreContent& piece) {
  const fs::path part = state_->part_of(piece.digest);
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (piece.offset == 0 ? O_TRUNC : 0);
  const int fd = ::open(part.c_str(), flags, 0600);
  bool good = fd >= 0;
  std::size_t written = 0;
  while (good && written < piece.data.size()) {
    const ssize_t n = pwrite(fd, piece.data.data() + written, piece.data.size() - written,
                             static_cast<off_t>(piece.offset + written));
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    written += good ? static_cast<std::size_t>(n) : 0;
  }
  const std::string why = good ? "" : "cannot write " + part.string() + ": " + std::strerror(errno);
  if (fd >= 0) close(fd);
  if (!good) return state_->report({piece.digest, false, why}, 0);
  if (piece.offset + piece.data.size() < piece.total) return;
  state_->unpacking[piece.digest] = std::thread([this, digest = piece.digest] { state_->check_and_unpack(digest); });
}

int ContentCache::wakeup_fd() const { return state_->wakeup.fd(); }

std::vector<ContentCache::Outcome> ContentCache::take_results() {
  state_->wakeup.clear();
  std::vector<Outcome> results;
  {
    const std::lock_guard lock(state_->mutex);
    results.swap(state_->results);
    for (const auto& outcome : results) {
      if (outcome.ok) state_->entries[outcome.digest] = {state_->sizes[outcome.digest], ++state_->uses, 0};
      state_->sizes.erase(outcome.digest);
    }
  }
  for (const auto& outcome : results) {
    if (const auto it = state_->unpacking.find(outcome.digest); it != state_->unpacking.end()) {
      it->second.join();
      state_->unpacking.erase(it);
    }
  }
  state_->make_room();
  return results;
}

}  // namespace argosy::worker
