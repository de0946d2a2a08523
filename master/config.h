// The master's configuration: one TOML file; `argosy master config` prints every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "master/limits.h"
#include "schemas/settings.h"

namespace argosy::master {

struct MasterConfig {
  std::string name = "m1";           // as in its certificate and in the brokers' roster
  std::string cluster = "argosy";
  std::string endpoint = "tcp://127.0.0.1:7433";
  std::string authorities = "authority.pem";
  std::string endpoint_certificate = "endpoint.pem";
  std::string endpoint_moved = "endpoint.moved";  // where the cluster moved, kept by this master; may be missing
  std::string key = "key.pem";
  std::string catalog_key = "catalog.key";  // private key that sensitive values are sealed to; the same for all masters
  std::string catalog = "sqlite:catalog.db";
  bool migrate = false;              // raise the tables at start (argosy up)
  std::uint32_t shards = 1;          // that there are: 0 … shards - 1
  std::uint64_t content_most_bytes = 1ull << 30;
  std::string log_level = "info";
  Limits limits;
};

// Binds every key to its field.
void bind(Settings& settings, MasterConfig& config);

// Reads the file; relative paths in it are taken from its folder. Also refuses what contradicts itself.
Result<MasterConfig> load_config(const std::filesystem::path& file);

}  // namespace argosy::master
