// A bare command as a package of one task: what `argosy submit -- CMD` sends. Pure but for what the caller has read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "schemas/package.h"
#include "schemas/sources.h"

namespace argosy::client {

struct CommandOptions {
  std::vector<std::string> argv;
  std::string cwd;                     // absolute; empty: a fresh directory
  std::vector<std::string> env;        // "K=V"
  std::string resources;               // "cpu=4,memory=8GiB"
  std::string time;                    // "30m"
  std::string max_failures;            // "5" or "5%"
  int retries = 0;
  std::optional<ItemList> items;       // of --array, --each-line or --from-json
};

// `blob_digest`: of the items' packed bytes, for arrays that are too large to travel inside (needs_blob).
Result<Package> command_package(const CommandOptions& options, const std::string& blob_digest);
bool needs_blob(const ItemList& items);

}  // namespace argosy::client
