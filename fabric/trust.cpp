#include "fabric/trust.h"

#include "fabric/certificates.h"
#include "fabric/clock.h"

namespace argosy::fabric {

Result<std::string> host_of(const std::string& endpoint) {
  const Error wrong{"endpoint " + endpoint + ": expected tcp://host:port"};
  if (!endpoint.starts_with("tcp://")) return wrong;
  const auto colon = endpoint.rfind(':');
  if (colon <= 6) return wrong;
  std::string host = endpoint.substr(6, colon - 6);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

Result<PublicKey> load_endpoint_key(const std::filesystem::path& authorities,
                                    const std::filesystem::path& certificate, const std::string& endpoint) {
  auto host = host_of(endpoint);
  if (!host) return host.error();
  auto trusted = Certificate::load(authorities);
  if (!trusted) return trusted.error();
  auto own = Certificate::load(certificate);
  if (!own) return own.error();
  // During a rotation the file holds two: the first that is believed counts, and the last one's trouble is
  // told.
  std::string trouble;
  for (const Certificate& each : *own) {
    const auto key = verify(*trusted, each, *host, read_wall());
    if (key) return key;
    trouble = key.error().message;
  }
  return Error{certificate.string() + ": " + trouble};
}

}  // namespace argosy::fabric
