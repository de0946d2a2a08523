// What a broker keeps on disk: its highest epoch, and the roster and endpoint that masters said last. One folder, one
// owner.
//
// Failure: an Error that names the file. Thread rule: one thread.
#pragma once

#include <filesystem>

#include "base/ids.h"
#include "base/result.h"
#include "schemas/words/session.h"

namespace argosy::broker {

class Keepsakes {
 public:
  // Makes the folder where it is not there.
  static Result<Keepsakes> open(const std::filesystem::path& folder);

  const Epoch& epoch() const { return epoch_; }     // number 0: none yet
  const Roster& roster() const { return roster_; }  // serial 0: none yet

  const Endpoint& endpoint() const { return endpoint_; }  // serial 0: none yet

  Status store(const Epoch& epoch);  // synced when it returns
  Status store(const Roster& roster);
  Status store(const Endpoint& endpoint);

 private:
  std::filesystem::path folder_;
  Epoch epoch_;
  Roster roster_;
  Endpoint endpoint_;
};

}  // namespace argosy::broker
