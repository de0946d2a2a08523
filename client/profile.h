// A client's side of a cluster's folder: where the endpoint is, whose word is believed, who we are.
//
// Failure: what is missing or wrong, with the file. Thread rule: values.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/layout.h"
#include "fabric/keys.h"

namespace argosy::client {

// cluster.toml
struct ClusterFile {
  std::string name = "argosy";
  std::string endpoint;                           // "tcp://host:port", the virtual endpoint
  std::string key = "keys/operator-admin.key";    // of the client, relative to the folder
};

Result<ClusterFile> load_cluster_file(const std::filesystem::path& file);
std::string format_cluster_file(const ClusterFile& file);
Result<ClusterFile> parse_cluster_file(const std::string& text, const std::string& where);

struct Profile {
  Layout layout;
  ClusterFile cluster;
  fabric::KeyPair keys;
};

// `as`: another key file than cluster.toml names; empty: that one.
Result<Profile> load_profile(const std::filesystem::path& folder, const std::string& as);

// Where the cluster is reached now: as configured, or where it moved; with the certificates (PEM) of that endpoint.
struct PresentPlace {
  std::string endpoint, certificates;
};
Result<PresentPlace> present_place(const Layout& layout);

// The key that sensitive values are sealed to.
Result<fabric::PublicKey> load_catalog_key(const Layout& layout);

// --dir, else $ARGOSY_DIR, else ./argosy if it is a cluster's folder, else ~/.argosy.
std::filesystem::path find_folder(const std::string& given);

}  // namespace argosy::client
