// Waiting for executions, with a progress bar on a terminal.
//
// Owner: a verb. Failure: `timed_out`, `interrupted` (both leave the executions running), or a refusal.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "client/session.h"
#include "client/trouble.h"
#include "schemas/words/requests.h"

namespace argosy::client {

struct WaitOptions {
  std::optional<Duration> timeout;
  bool progress = false;  // a bar on standard error
  // The key of a Submit that watches: its news count, and Watch is said on a new connection only.
  std::string watched_by;
};

// How each stands at its end.
Outcome<std::map<ExecutionId, Changed>> wait_for(Session& session, const std::vector<ExecutionId>& executions,
                                                 const WaitOptions& options);

// Of several executions: the worst.
Exit exit_of(const std::map<ExecutionId, Changed>& ends);

// "[=====>    ]  40/100  2 failed"
std::string progress_line(const TaskCounts& counts, int width);

}  // namespace argosy::client
