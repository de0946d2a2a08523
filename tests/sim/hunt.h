// Runs many seeds in processes of their own, so that a CHECK that fails in a core is a failure of its seed and no more.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "tests/sim/bugs.h"

namespace argosy::sim {

struct Hunt {
  std::uint64_t from = 1;
  std::uint64_t seeds = 100;
  std::uint32_t jobs = 2;
  Bug bug = Bug::none;
  std::string promise;  // only a report of this promise counts; empty: any
};

struct Sum {
  std::uint64_t seeds = 0;         // that were run
  std::uint64_t executions = 0, faults = 0, late_messages = 0;
  Duration simulated;
  std::uint64_t failed_seed = 0;   // the lowest; 0: none
  std::string failure;
};

// Stops at the first failure. Required: no threads run.
Sum run_seeds(const Hunt& hunt);

}  // namespace argosy::sim
