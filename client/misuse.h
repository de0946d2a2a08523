// What is wrong with a command line, said in the words of the one who typed it: which option or verb there is not, what was
// probably meant, where to read on. Pure.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace argosy::client {

// One sentence. `words`: as they were typed, before any "--". Required: `app` has just thrown `error` while parsing them.
std::string misuse(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error);

}  // namespace argosy::client
