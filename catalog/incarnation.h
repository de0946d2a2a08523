// The catalog's incarnation: which life of it this is. A restore from a backup begins another one.
//
// Owner, thread rule, failure: catalog.h.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"

namespace argosy::catalog {

// As Granted carries it: the first 64 bits of the property "incarnation" (made by the first migration). Never 0.
// Failure: refused when the property is not there or is no number.
Result<std::uint64_t> read_incarnation(Catalog& catalog);

struct Restored {
  std::uint64_t incarnation = 0;
  std::uint64_t shards = 0;  // whose terms were raised
};

// Begins a new incarnation, in one transaction: a new number, the terms of all shards and the fleet's serial raised far above
// any that was given after the backup was taken (or since it was restored once before), a million ids of executions skipped
// (those that submitters were told since), no holders, no masters, and a line in the audit trail. Required: no master runs.
// Repeating it begins yet another one, which does no harm: terms and serial follow the clock, and go at most one second of it
// ahead each time, so that an older backup counts as restored once as many seconds have passed.
Result<Restored> begin_incarnation(Catalog& catalog, const std::string& who, WallTime now);

}  // namespace argosy::catalog
