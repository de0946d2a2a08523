// `argosy doctor broker`: this host's broker and its settings, and each other broker as this one would reach it.
//
// Failure: a line of Checks. Waits a few seconds for those that do not answer. Thread rule: one thread.
#pragma once

#include <filesystem>

#include "client/checks.h"

namespace argosy::client {

void check_broker(const std::filesystem::path& settings, Checks& checks);

}  // namespace argosy::client
