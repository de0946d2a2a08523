// The key that all brokers hold, with its certificate, as a configuration names them.
//
// Failure: a file; a certificate of another key; another certificate than `fingerprint` demands: both fingerprints are told, and what
// to do. Thread rule: any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "broker/config.h"
#include "fabric/keys.h"

namespace argosy::broker {

struct EndpointKey {
  fabric::KeyPair keys;
  std::string fingerprint;  // of the certificate: SHA-256, hex
};

Result<EndpointKey> load_endpoint_key(const Config& config);

}  // namespace argosy::broker
