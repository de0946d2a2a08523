// SHA-256 for those who know fabric: base/sha256.h.
#pragma once

#include "base/sha256.h"

namespace argosy::fabric {

using argosy::Sha256;
using argosy::to_hex;

}  // namespace argosy::fabric
