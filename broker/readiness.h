// Tells whoever started this process that it serves: one line on stdout, and READY=1 to a service manager.
#pragma once

#include <string>

#include "base/result.h"

namespace argosy::broker {

// "ready ENDPOINT" on stdout, flushed; READY=1 to $NOTIFY_SOCKET where it is set (the sd_notify protocol).
// Failure: the service manager's socket could not be written to.
Status tell_ready(const std::string& endpoint);

}  // namespace argosy::broker
