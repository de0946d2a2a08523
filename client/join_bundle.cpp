#include "client/join_bundle.h"

#include <algorithm>
#include <array>

#include "client/cluster_init.h"
#include "client/profile.h"
#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/private_file.h"
#include "fabric/trust.h"

namespace argosy::client {
namespace {

using fabric::Bundle;
using fabric::Existing;

constexpr const char* kKind = "worker 1";  // of bundle, and its version
constexpr const char* kKeyFile = "keys/worker.key";
constexpr std::array kFiles{"authority.pem", "endpoint.pem", "worker.toml"};  // in this order: with the last the folder is whole

std::string settings_for(const std::string& endpoint) {
  return "# Only what differs from the default; `argosy worker config` prints every key.\nendpoint = \"" + endpoint +
         "\"\nauthorities = \"authority.pem\"\nendpoint_certificate = \"endpoint.pem\"\nkey = \"" + kKeyFile +
         "\"\ndirectory = \"state\"\n";
}

// What a Bundle must have: each in its place.
Status check_parts(const Bundle& bundle) {
  const auto kind = bundle.find("kind");
  if (kind == bundle.end() || kind->second != kKind) {
    return Error{"this is no worker's bundle: `argosy worker join` takes what `argosy worker add` made"};
  }
  for (const char* part : {"worker", "endpoint", "authority.pem", "endpoint.pem", "worker.toml", "public"}) {
    if (bundle.count(part) == 0) return Error{std::string("the bundle has no ") + part + ": it is not whole; make it again"};
  }
  return Done{};
}

Status check_certificates(const Bundle& bundle) {
  const auto authorities = fabric::Certificate::all_from_pem(bundle.at("authority.pem"), "the bundle's authority.pem");
  if (!authorities) return authorities.error();
  const auto certificates = fabric::Certificate::all_from_pem(bundle.at("endpoint.pem"), "the bundle's endpoint.pem");
  if (!certificates) return certificates.error();
  const auto host = fabric::host_of(bundle.at("endpoint"));
  if (!host) return host.error();
  const auto believed = fabric::first_believed(*authorities, *certificates, *host, fabric::read_wall());
  if (!believed) return Error{"the bundle's endpoint.pem: " + believed.error().message};
  return Done{};
}

Status check_is(const Bundle& bundle, const std::string& what, const Result<fabric::KeyPair>& keys) {
  if (!keys) return keys.error();
  if (keys->public_key.hex() == bundle.at("public")) return Done{};
  return Error{"the bundle is for the key " + bundle.at("public") + ", but " + what + " is " + keys->public_key.hex()};
}

// The key that comes with the bundle, and the one that is in the folder, must be the one that the cluster was told.
Status check_key(const Bundle& bundle, const std::filesystem::path& file) {
  const auto sent = bundle.find("private");
  const bool there = std::filesystem::exists(file);
  if (sent == bundle.end() && !there) {
    return Error{"the bundle is for a key that was made by `argosy worker init`, and " + file.string() +
                 " is not there: join in the folder where that was done"};
  }
  if (sent != bundle.end()) {
    const auto good = check_is(bundle, "its private key", fabric::key_pair_from_pem(sent->second, "the bundle's key"));
    if (!good) return good;
  }
  return there ? check_is(bundle, file.string(), fabric::load_key_pair(file)) : Status(Done{});
}

// The same join may have been cut off: before the folder was whole, or before the bundle was removed.
Status check_folder(const Bundle& bundle, const Layout& layout) {
  const auto is_done = [&](const char* name) {
    const auto text = fabric::read_plain_file(layout.root / name);
    return text && *text == bundle.at(name);
  };
  for (const auto& there : {layout.cluster(), layout.role_settings("worker")}) {
    if (!std::filesystem::exists(there)) continue;
    if (there != layout.cluster() && std::all_of(kFiles.begin(), kFiles.end(), is_done)) continue;
    return Error{there.string() + " is there: this folder is in use; name a new one with --dir, or remove it first"};
  }
  return Done{};
}

Status make_folders(const Layout& layout) {
  for (const auto& folder : {layout.root, layout.keys()}) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return Error{folder.string() + ": cannot be made: " + error.message()};
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  return Done{};
}

}  // namespace

Result<Bundle> make_join_bundle(const Layout& layout, const std::string& worker, const fabric::PublicKey& public_key,
                                const std::string& private_pem) {
  const auto place = present_place(layout);
  if (!place) return place.error();
  const auto authority = fabric::read_plain_file(layout.authority());
  if (!authority) return authority.error();
  Bundle bundle{{"kind", kKind}, {"worker", worker}, {"endpoint", place->endpoint}, {"authority.pem", *authority},
                {"endpoint.pem", place->certificates}, {"worker.toml", settings_for(place->endpoint)}, {"public", public_key.hex()}};
  if (!private_pem.empty()) bundle["private"] = private_pem;
  return bundle;
}

Result<Joined> unpack_join_bundle(const Bundle& bundle, const std::filesystem::path& folder) {
  const Layout layout{folder};
  const auto key_file = folder / kKeyFile;
  if (auto checked = check_parts(bundle); !checked) return checked.error();
  if (auto checked = check_certificates(bundle); !checked) return checked.error();
  if (auto checked = check_key(bundle, key_file); !checked) return checked.error();
  if (auto checked = check_folder(bundle, layout); !checked) return checked.error();
  if (auto made = make_folders(layout); !made) return made.error();
  if (bundle.count("private") > 0 && !std::filesystem::exists(key_file)) {
    auto written = fabric::write_private_file(key_file, bundle.at("private"), Existing::refuse);
    if (!written) return written.error();
  }
  for (const char* name : kFiles) {
    if (auto written = fabric::write_plain_file(folder / name, bundle.at(name), Existing::replace); !written) return written.error();
  }
  return Joined{bundle.at("worker"), bundle.at("endpoint")};
}

Result<std::string> init_worker_folder(const std::filesystem::path& folder) {
  const Layout layout{folder};
  const auto file = folder / kKeyFile;
  if (auto made = make_folders(layout); !made) return made.error();
  if (!std::filesystem::exists(file)) {
    if (auto saved = fabric::save_key_pair(file, fabric::KeyPair::generate()); !saved) return saved.error();
  }
  const auto keys = fabric::load_key_pair(file);
  if (!keys) return keys.error();
  return keys->public_key.hex();
}

}  // namespace argosy::client
