// `argosy cluster export` and `import`: what another host of brokers and masters needs of a cluster's folder.
//
// A bundle, sealed by a passphrase, has what all hosts share (certificates, roster, catalog.pub, cluster.toml), and for each role that
// the other host is to have its private keys and settings: the endpoint's key for a broker, its own and the catalog's for a master, an
// operator's. Never the authority's key, nor any that was not asked for. Failure: what is wrong, where, and what to do; an import
// changes nothing before everything in the bundle was checked. Thread rule: values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/layout.h"
#include "fabric/bundle.h"

namespace argosy::client {

// What the other host is to have.
struct HostRoles {
  std::string broker;  // a peer in this folder's broker.toml; empty: none
  std::vector<std::string> masters, operators;
};

Result<fabric::Bundle> make_cluster_bundle(const Layout& layout, const HostRoles& roles);

struct Imported {
  std::string cluster, endpoint, fingerprint;  // the fingerprint of the endpoint's certificate
};
// Into a new folder. `renew`: into one of the same cluster, whose keys, certificates and roster are replaced; settings that are there
// stay, only the former certificate's fingerprint in broker.toml gives way to the new one.
Result<Imported> unpack_cluster_bundle(const fabric::Bundle& bundle, const std::filesystem::path& folder, bool renew);

}  // namespace argosy::client
