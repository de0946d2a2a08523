// Whether somebody listens at an endpoint: one TCP connection, nothing said. For `argosy doctor`.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace argosy::client {

// Failure: why not ("refused", "no answer within 2 s", "name not known").
Status reach(const std::string& endpoint, Duration within);

}  // namespace argosy::client
