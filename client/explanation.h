// What `explain` shows, of one execution or of several.
#pragma once

#include <vector>

#include "client/cli.h"

namespace argosy::client {

// `documents`: answers of execution.explain. `one`: a single one can be meant; in JSON it is an object then, else an array.
void show_explanations(Cli& cli, const std::vector<nlohmann::json>& documents, bool one);

}  // namespace argosy::client
