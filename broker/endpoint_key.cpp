#include "broker/endpoint_key.h"

#include "fabric/certificates.h"

namespace argosy::broker {

namespace {

constexpr const char* kTakeBoth =
    "; take both anew from a broker that serves: `argosy cluster export` there, `argosy cluster import --renew` here";

}  // namespace

Result<EndpointKey> load_endpoint_key(const Config& config) {
  const auto keys = fabric::load_key_pair(config.endpoint_key);
  if (!keys) return keys.error();
  const auto certificates = fabric::Certificate::load(config.endpoint_certificate);
  if (!certificates) return certificates.error();
  std::string others;
  for (const fabric::Certificate& each : *certificates) {
    const fabric::CertificateFacts& facts = each.facts();
    if (facts.key != keys->public_key) {
      others += (others.empty() ? "" : ", ") + (facts.key ? facts.key->fingerprint() : "none");
      continue;
    }
    if (config.fingerprint.empty() || config.fingerprint == facts.fingerprint) return EndpointKey{*keys, facts.fingerprint};
    return Error{config.endpoint_certificate + ": its fingerprint is " + facts.fingerprint + ", that of the cluster is " +
                 config.fingerprint + kTakeBoth};
  }
  return Error{config.endpoint_certificate + ": does not carry the key of " + config.endpoint_key + ": its key is " + others +
               ", the other " + keys->public_key.fingerprint() + kTakeBoth};
}

}  // namespace argosy::broker
