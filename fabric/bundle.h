// A bundle: named secrets in one passphrase-sealed file, for the join bundles of workers.
//
// Text of printable lines between BEGIN and END marks, so it survives mail and copy and paste. Argon2id
// stretches the passphrase, XSalsa20-Poly1305 seals. Failure: not a bundle, another version, wrong passphrase
// or a changed file (the last two cannot be told apart). Thread rule: any thread; sealing and opening take
// about 100 ms and 64 MiB.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace argosy::fabric {

using Bundle = std::map<std::string, std::string>;  // name -> bytes; names and meaning are the caller's

std::string seal_bundle(const Bundle& bundle, std::string_view passphrase);
Result<Bundle> open_bundle(std::string_view text, std::string_view passphrase);

}  // namespace argosy::fabric
