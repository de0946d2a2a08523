// Makes a cluster's folder: authority, endpoint certificate, keys, roster, and one TOML file a role. docs/reference/folder.md
//
// Failure: what could not be made, and where; what was made before stays. A folder that is one already is refused.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/layout.h"

namespace argosy::client {

struct ClusterPlan {
  std::filesystem::path folder;
  std::string name = "argosy";
  std::string endpoint = "tcp://127.0.0.1:7433";  // the virtual endpoint
  std::string listen;                             // where the broker listens; empty: the endpoint
  std::vector<std::string> hosts;                 // more names and addresses for the endpoint's certificate
  std::string catalog;                            // address; empty: SQLite in the folder
  bool migrate = false;                           // masters raise the tables at start; always so for SQLite
  int masters = 1;                                // m1 … mN get keys and settings
  int shards = 1;                                 // that executions are divided into; the same for all masters
  std::vector<std::string> operators = {"admin"};
  std::vector<std::string> submitters = {"submitter"};
  int workers = 2;                                // w1 … wN get keys and settings
  int days = 3650;                                // how long certificates hold
};

Status init_cluster(const ClusterPlan& plan);

// Folders that a cluster's has; those that are there stay.
Status make_cluster_folders(const Layout& layout);

// Another certificate for the endpoint's key, in the names of the present one and of `hosts`: for an endpoint that moves, or whose
// certificate ends. Needs keys/authority.key. Its PEM.
Result<std::string> renew_endpoint_certificate(const Layout& layout, const std::vector<std::string>& hosts, int days);

}  // namespace argosy::client
