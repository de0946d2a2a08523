// Proves P4 and P5 on the catalog as it stands: every accepted task, its one end, its gapless log.
//
// Owner, thread rule, failure: catalog.h. Reads in one transaction; seconds for a million tasks.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"

namespace argosy::catalog {

struct VerifyOptions {
  ExecutionId execution;             // 0: all
  Duration clock_skew = seconds(1);  // between two hosts, before two attempts count as overlapping
  std::uint32_t findings_most = 1000;
  std::stop_token stop = {};  // looked at between its questions; then it is given up, as unavailable
};

struct Finding {
  std::string rule;  // "one end", "counters", "log", "overlap", "open", "plan", "order"
  std::string text;  // what, and in which rows
  std::string means;   // for whoever relies on it
  std::string advice;  // what to do
};

struct Verdict {
  std::uint64_t executions = 0, tasks = 0, attempts = 0, log_bytes = 0;
  std::vector<Finding> findings;  // empty: clean
  bool more = false;              // there were more findings than findings_most
};

Result<Verdict> verify(Catalog& catalog, const VerifyOptions& options = {});

}  // namespace argosy::catalog
