// The content cache: packages' files, unpacked once for each digest, read-only, bounded in bytes.
//
// Pieces are gathered in a file, the whole is checked against its SHA-256 and unpacked by a thread of the cache; the result
// comes through take_results() after wakeup() became readable. The content used longest ago goes first when there is not room
// enough; what is in use stays. Owner: the worker's shell. One thread, beside the cache's own. Failure: told as a result.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "worker/effects.h"

namespace argosy::worker {

class ContentCache {
 public:
  struct Outcome {
    std::string digest;
    bool ok = false;
    std::string why;  // when not ok
  };

  static Result<std::unique_ptr<ContentCache>> open(const std::filesystem::path& folder, std::uint64_t most_bytes);
  ~ContentCache();

  bool has(const std::string& digest) const;
  // Required: has(). The folder with its files; in use until release().
  std::filesystem::path use(const std::string& digest);
  void release(const std::string& digest);

  // The last piece starts the check and the unpacking. A write that fails is an Outcome.
  void store(const StoreContent& piece);

  int wakeup_fd() const;
  std::vector<Outcome> take_results();

 private:
  struct State;
  explicit ContentCache(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace argosy::worker
