#include "client/passphrase.h"

#include <fstream>
#include <iostream>

#include "client/quiet_terminal.h"

namespace argosy::client {
namespace {

Outcome<std::string> checked(std::string passphrase, Passphrase purpose) {
  if (!passphrase.empty() && passphrase.back() == '\r') passphrase.pop_back();
  if (passphrase.empty()) return usage("no passphrase was given: name a file with --passphrase-file, or type it");
  if (purpose == Passphrase::for_sealing && passphrase.size() < kPassphraseLeast) {
    return usage("the passphrase must have at least " + std::to_string(kPassphraseLeast) + " characters: the bundle holds private keys");
  }
  return passphrase;
}

Outcome<std::string> ask_terminal(QuietTerminal& terminal, Passphrase purpose) {
  auto typed = terminal.ask("Passphrase of the bundle");
  if (!typed) return Trouble{Exit::interrupted, "interrupted before a passphrase was typed"};
  auto first = checked(std::move(*typed), purpose);
  if (!first || purpose == Passphrase::for_opening) return first;
  if (terminal.ask("The same again") != *first) return usage("the two passphrases differ");
  return first;
}

}  // namespace

Outcome<std::string> read_passphrase(const std::string& file, Passphrase purpose) {
  std::string line;
  if (!file.empty() && file != "-") {
    std::ifstream in(file);
    if (!std::getline(in, line)) return usage(file + ": has no first line that could be a passphrase");
    return checked(line, purpose);
  }
  if (file.empty()) {
    QuietTerminal terminal;
    if (terminal.there()) return ask_terminal(terminal, purpose);
  }
  std::getline(std::cin, line);
  return checked(line, purpose);
}

}  // namespace argosy::client
