// The broker's configuration: one TOML file; `argosy broker config` prints every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "broker/options.h"
#include "schemas/settings.h"

namespace argosy::broker {

struct Config {
  std::string endpoint = "tcp://127.0.0.1:7433";  // port 0: any free one
  std::string endpoint_certificate = "endpoint.pem";
  std::string endpoint_key = "keys/endpoint.key";
  std::string roster = "roster";      // masters and operators; read again at SIGHUP
  std::string directory = "broker";   // epoch and pushed roster
  std::uint32_t send_queue = 16'384;  // messages that may wait for one peer that reads slowly
  std::string log_level = "info";
  Options machine;
};

// Binds every key to its field.
void bind(Settings& settings, Config& config);

// Reads the file; relative paths in it are taken from its folder. Also refuses what contradicts itself.
Result<Config> load_config(const std::filesystem::path& file);

}  // namespace argosy::broker
