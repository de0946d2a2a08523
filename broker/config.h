// The broker's configuration: one TOML file; `argosy broker config` prints every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "broker/options.h"
#include "schemas/settings.h"

namespace argosy::broker {

// Another broker of the cluster.
struct PeerConfig {
  std::string name;
  std::string endpoint;   // its own address: its peer_listen
  std::string directory;  // its folder, where it runs on this host: then it can be fenced
};

// A command that an operator gave; empty: none.
struct HookConfig {
  std::vector<std::string> command;
  Duration timeout = seconds(5);
};

struct Config {
  std::string endpoint = "tcp://127.0.0.1:7433";  // port 0: any free one
  std::string endpoint_certificate = "endpoint.pem";
  std::string endpoint_key = "keys/endpoint.key";
  std::string roster = "roster";      // masters and operators; read again at SIGHUP
  std::string directory = "broker";   // epoch and pushed roster
  std::uint32_t send_queue = 16'384;  // messages that may wait for one peer that reads slowly
  std::string log_level = "info";

  // Several brokers. Without peers none of this is used.
  std::string peer_listen;  // where the others reach this one
  std::vector<PeerConfig> peers;
  std::string watch;        // the virtual endpoint as clients reach it; empty: `endpoint`
  std::string fingerprint;  // what the endpoint certificate's must be; empty: any
  HookConfig on_activate;
  HookConfig on_deactivate;
  HookConfig fence;
  HookConfig on_alarm;

  Options machine;
};

// Binds every key to its field.
void bind(Settings& settings, Config& config);

// Reads the file; relative paths in it are taken from its folder. Also refuses what contradicts itself.
Result<Config> load_config(const std::filesystem::path& file);

}  // namespace argosy::broker
