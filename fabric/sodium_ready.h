// libsodium must be initialised once before use; any thread, any number of calls. For source files of fabric/
// only.
#pragma once

#include <sodium.h>

#include "base/check.h"

namespace argosy::fabric {

inline void sodium_ready() {
  static const int result = sodium_init();
  CHECK(result >= 0);
}

}  // namespace argosy::fabric
