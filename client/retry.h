// execution retry: of one execution, or of all that did not succeed among several.
#pragma once

#include <vector>

#include "client/cli.h"

namespace argosy::client {

// `chosen`: executions as execution.show tells them, each once. One that was retried before stands for its newest retry, so
// that the same again retries only what is still to be mended. The exit status. `one`: a single one can be meant.
int retry_executions(Cli& cli, const std::vector<nlohmann::json>& chosen, bool one);

}  // namespace argosy::client
