// One line on standard error about executions that were waited for and did not succeed.
#pragma once

#include <map>

#include "client/cli.h"
#include "schemas/words/requests.h"

namespace argosy::client {

// "execution 17: failed, task load, exit status 1 on w1; see `argosy logs 17 --failed`". Nothing where all succeeded.
void say_ending(Cli& cli, const std::map<ExecutionId, Changed>& ends);

}  // namespace argosy::client
