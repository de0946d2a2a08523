#include "fabric/trust.h"

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

Result<Certificate> first_believed(const std::vector<Certificate>& authorities,
                                   const std::vector<Certificate>& certificates, std::string_view host,
                                   WallTime now) {
  std::string trouble = "there is no certificate";
  for (const Certificate& each : certificates) {
    const auto key = verify(authorities, each, host, now);
    if (key) return each;
    trouble = key.error().message;
  }
  return Error{trouble};
}

Result<PublicKey> load_endpoint_key(const std::filesystem::path& authorities,
                                    const std::filesystem::path& certificate, const std::string& endpoint) {
  auto host = host_of(endpoint);
  if (!host) return host.error();
  auto trusted = Certificate::load(authorities);
  if (!trusted) return trusted.error();
  auto own = Certificate::load(certificate);
  if (!own) return own.error();
  const auto believed = first_believed(*trusted, *own, *host, read_wall());
  if (!believed) return Error{certificate.string() + ": " + believed.error().message};
  return *believed->facts().key;
}

}  // namespace argosy::fabric
