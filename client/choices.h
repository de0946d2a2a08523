// An option whose value is one word out of a few. Failure: which there are, and which was probably meant. Thread rule: values.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace argosy::client {

CLI::Validator one_of(const std::vector<std::string>& words);

}  // namespace argosy::client
