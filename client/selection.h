// The executions that selectors name, however many: asked for in pages.
#pragma once

#include <string>
#include <vector>

#include "client/cli.h"

namespace argosy::client {

// As the master tells them, in the order of the selectors, oldest first in each; one that two of them name comes twice.
// `all` alone: only those of these statuses, if there are any. Failure: no selector, a number that is not there, or a refusal.
Outcome<nlohmann::json> read_selected(Cli& cli, const std::vector<std::string>& select, const std::vector<std::string>& statuses = {});

}  // namespace argosy::client
