#include "client/bundle_file.h"

#include <filesystem>

#include "client/passphrase.h"
#include "fabric/private_file.h"

namespace argosy::client {

Outcome<fabric::Bundle> open_bundle_file(const std::string& file, const std::string& passphrase_file) {
  const auto text = fabric::read_plain_file(file);
  if (!text) return trouble(text.error(), Exit::usage);
  const auto passphrase = read_passphrase(passphrase_file, Passphrase::for_opening);
  if (!passphrase) return passphrase.error();
  auto bundle = fabric::open_bundle(*text, *passphrase);
  if (!bundle) return trouble(Error{file + ": " + bundle.error().message});
  return std::move(*bundle);
}

Outcome<Done> remove_used_bundle(const std::string& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  if (!error) return Done{};
  return trouble(Error{file + ": all is done, but the bundle cannot be removed: " + error.message() + "; remove it, it may hold private keys"});
}

}  // namespace argosy::client
