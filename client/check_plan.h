// Whether a ClusterPlan can become a folder that its roles can read: looked at before anything is made.
#pragma once

#include "base/result.h"
#include "client/cluster_init.h"

namespace argosy::client {

// Failure: the first thing that is wrong; a folder that something else lives in, or that an earlier init left half made.
Status check_plan(const ClusterPlan& plan);

}  // namespace argosy::client
