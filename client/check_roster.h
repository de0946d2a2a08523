// Whether a folder's roster lets in whom `argosy up` starts: to all others a broker says nothing, and they wait in silence.
//
// Failure: the roster's file, who is missing in it, and the line to add. Thread rule: values.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "client/crew.h"
#include "client/layout.h"

namespace argosy::client {

// Each broker's roster has the masters of the crew, and the operator with that key (empty: none is needed).
Status check_roster(const Layout& layout, const Crew& crew, const std::filesystem::path& operator_key);

}  // namespace argosy::client
