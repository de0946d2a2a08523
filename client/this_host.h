// The machine that this process runs on, as Hello tells it.
#pragma once

#include "schemas/words/session.h"

namespace argosy::client {

Host this_host();

}  // namespace argosy::client
