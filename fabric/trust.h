// Whom a role trusts, from the files that its configuration names. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "fabric/certificates.h"
#include "fabric/keys.h"

namespace argosy::fabric {

// "host" of "tcp://host:port"; "[::1]" loses its brackets. Failure: not such a text.
Result<std::string> host_of(const std::string& endpoint);

// The first that is believed for that host, now: during a rotation there are two. Failure: why the last one is not.
Result<Certificate> first_believed(const std::vector<Certificate>& authorities,
                                   const std::vector<Certificate>& certificates, std::string_view host,
                                   WallTime now);

// The CURVE server key: the subject key of the endpoint's certificate, after its chain, the endpoint's host
// and its dates were checked against the authorities, now.
Result<PublicKey> load_endpoint_key(const std::filesystem::path& authorities,
                                    const std::filesystem::path& certificate, const std::string& endpoint);

}  // namespace argosy::fabric
