#include "client/profile.h"

#include <cstdlib>

#include "fabric/private_file.h"
#include "fabric/whereabouts.h"
#include "schemas/settings.h"

namespace argosy::client {
namespace {

Settings bind(ClusterFile& file) {
  Settings settings;
  settings.add("name", file.name, "name of the cluster, for people");
  settings.add("endpoint", file.endpoint, "the virtual endpoint, tcp://HOST:PORT");
  settings.add("key", file.key, "private key of the client, relative to this folder");
  return settings;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

Result<ClusterFile> load_cluster_file(const std::filesystem::path& file) {
  ClusterFile out;
  if (!std::filesystem::exists(file)) {
    return Error{file.string() + " is not there: this is no cluster's folder; make one with `argosy up --dir` or "
                                 "`argosy cluster init`, or name another with --dir"};
  }
  const auto loaded = bind(out).load(file);
  if (!loaded) return loaded.error();
  if (out.endpoint.empty()) return Error{file.string() + ": endpoint is missing"};
  return out;
}

Result<ClusterFile> parse_cluster_file(const std::string& text, const std::string& where) {
  ClusterFile out;
  if (auto parsed = bind(out).parse(text, where); !parsed) return parsed.error();
  if (out.endpoint.empty()) return Error{where + ": endpoint is missing"};
  return out;
}

Result<PresentPlace> present_place(const Layout& layout) {
  const auto moved = fabric::load_whereabouts(layout.endpoint_moved());
  if (!moved) return moved.error();
  if (*moved && (*moved)->reached) return PresentPlace{(*moved)->endpoint, (*moved)->certificates};
  const auto cluster = load_cluster_file(layout.cluster());
  if (!cluster) return cluster.error();
  const auto pem = fabric::read_plain_file(layout.endpoint_certificate());
  if (!pem) return pem.error();
  return PresentPlace{cluster->endpoint, *pem};
}

std::string format_cluster_file(const ClusterFile& file) {
  ClusterFile copy = file;
  return bind(copy).describe();
}

Result<Profile> load_profile(const std::filesystem::path& folder, const std::string& as) {
  Profile out;
  out.layout.root = folder;
  auto cluster = load_cluster_file(out.layout.cluster());
  if (!cluster) return cluster.error();
  out.cluster = std::move(*cluster);
  const std::filesystem::path key = as.empty() ? folder / out.cluster.key : std::filesystem::path(as);
  auto keys = fabric::load_key_pair(key);
  if (!keys) return keys.error();
  out.keys = *keys;
  return out;
}

Result<fabric::PublicKey> load_catalog_key(const Layout& layout) {
  const auto text = fabric::read_plain_file(layout.catalog_public_key());
  if (!text) return text.error();
  const auto key = fabric::PublicKey::from_text(trimmed(*text));
  if (!key) return Error{layout.catalog_public_key().string() + ": " + key.error().message};
  return *key;
}

std::filesystem::path find_folder(const std::string& given) {
  if (!given.empty()) return std::filesystem::absolute(given);
  if (const char* env = std::getenv("ARGOSY_DIR"); env != nullptr && *env != '\0') return std::filesystem::absolute(env);
  std::error_code ignored;
  if (std::filesystem::exists("argosy/cluster.toml", ignored)) return std::filesystem::absolute("argosy");
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home == nullptr ? "." : home) / ".argosy";
}

}  // namespace argosy::client
