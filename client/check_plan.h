// Whether a ClusterPlan can become a folder that its roles can read: looked at before anything is made.
#pragma once

#include <string>

#include "base/result.h"
#include "client/cluster_init.h"

namespace argosy::client {

// Failure: the first thing that is wrong; a folder that something else lives in, or that an earlier init left half made.
Status check_plan(const ClusterPlan& plan);

// Whether the roster takes that name. `what`: of whom, for people.
Status check_party(const std::string& name, const std::string& what);

}  // namespace argosy::client
