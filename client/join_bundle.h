// `argosy worker add`, `worker init` and `worker join`: how a worker on another host comes to its folder.
//
// A join bundle, sealed by a passphrase, has the authority's and the endpoint's certificates, settings, and either the worker's
// private key or, where that was made on its own host, only its public one. Failure: what is wrong, where, and what to do; a join
// changes nothing before everything in the bundle was checked. Thread rule: values.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "client/layout.h"
#include "fabric/bundle.h"
#include "fabric/keys.h"

namespace argosy::client {

// Of a worker whose key is made here, or (`key` empty) was made there.
Result<fabric::Bundle> make_join_bundle(const Layout& layout, const std::string& worker, const fabric::PublicKey& public_key,
                                        const std::string& private_pem);

struct Joined {
  std::string worker, endpoint;
};
// Into a new folder, into one that `init_worker_folder` made, or into what the same join left when it was cut off.
Result<Joined> unpack_join_bundle(const fabric::Bundle& bundle, const std::filesystem::path& folder);

// A folder with a worker's key and nothing else yet; its public key in hex. There already: nothing but its key.
Result<std::string> init_worker_folder(const std::filesystem::path& folder);

}  // namespace argosy::client
