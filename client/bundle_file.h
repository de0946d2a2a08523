// A bundle as a file: opened by a passphrase, and removed when it was used, since it is for one time.
//
// Failure: what is wrong, with the file. Thread rule: one thread.
#pragma once

#include <string>

#include "client/trouble.h"
#include "fabric/bundle.h"

namespace argosy::client {

Outcome<fabric::Bundle> open_bundle_file(const std::string& file, const std::string& passphrase_file);

// The bundle is done with; what is still to be told is how to be rid of it, where it cannot be removed.
Outcome<Done> remove_used_bundle(const std::string& file);

}  // namespace argosy::client
