// Where a cluster is to be reached since it moved (Endpoint of protocol.md): as a catalog, a worker, a master or a client keeps it.
//
// A text: lines "serial N", "endpoint tcp://host:port" and "state told|reached", then one or two certificates in PEM. `#` starts a
// comment. docs/reference/folder.md. Failure: what is wrong, with the file. Thread rule: values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "fabric/keys.h"

namespace argosy::fabric {

struct Whereabouts {
  std::uint64_t serial = 0;    // the highest counts; 0: the cluster never moved
  std::string endpoint;        // "tcp://host:port"
  std::string certificates;    // PEM: one or two, each with a key that is used there
  bool reached = false;        // whoever keeps this was connected there once

  bool operator==(const Whereabouts&) const = default;
};

std::string format_whereabouts(const Whereabouts& whereabouts);
Result<Whereabouts> parse_whereabouts(std::string_view text, std::string_view where);

// Nothing: no such file, the cluster never moved.
Result<std::optional<Whereabouts>> load_whereabouts(const std::filesystem::path& file);
Status save_whereabouts(const std::filesystem::path& file, const Whereabouts& whereabouts);

// The keys of those certificates that are believed: signed by one of the authorities in `authorities` (a file), valid at `now`,
// in the name of the endpoint's host. Failure: none is; why.
Result<std::vector<PublicKey>> believed_keys(const std::filesystem::path& authorities, const std::string& certificates,
                                             const std::string& endpoint, WallTime now);

}  // namespace argosy::fabric
