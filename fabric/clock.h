// This host's clocks. Only shells and fabric read them; machines are handed a Now.
#pragma once

#include "base/time.h"

namespace argosy::fabric {

Time read_steady();    // CLOCK_BOOTTIME
WallTime read_wall();  // CLOCK_REALTIME
Now read_clock();      // both

}  // namespace argosy::fabric
