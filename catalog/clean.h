// Clean-up by age, in small batches, so that nobody waits for it.
//
// Owner, thread rule, failure: catalog.h. Never touches executions that have not ended, plans and content
// that are still used, versions that are a project's newest, nor keys within key_retention.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"

namespace argosy::catalog {

struct Retention {
  Duration executions = seconds(30 * 86'400);  // after their end, with tasks, attempts and output
  Duration keys = seconds(7 * 86'400);         // idempotency keys, after the execution's end
  Duration versions = seconds(90 * 86'400);  // project versions that are not the newest and that nothing uses
  Duration operations = seconds(365 * 86'400);
  Duration content = seconds(86'400);  // content that nothing names, since it was last put
  std::uint32_t batch = 50;            // executions in one write
};

struct Cleaned {
  std::uint64_t executions = 0, keys = 0, versions = 0, operations = 0, contents = 0, plans = 0;
  bool more = false;  // call again
};

// One small batch of each kind.
Result<Cleaned> clean(Catalog& catalog, const Retention& retention, WallTime now);

}  // namespace argosy::catalog
