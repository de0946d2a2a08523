// The worker's configuration: one TOML file; `argosy worker config` prints every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "schemas/settings.h"

namespace argosy::worker {

struct Config {
  std::string endpoint = "tcp://127.0.0.1:7433";
  std::string authorities = "authority.pem";
  std::string endpoint_certificate = "endpoint.pem";
  std::string key = "key.pem";
  std::string directory = "state";
  std::uint64_t cpu_milli = 0;       // 0: what the machine has
  std::uint64_t memory_bytes = 0;    // 0: what the machine has
  std::vector<std::string> tags;
  std::uint32_t prefetch_most = 1024;
  Duration prefetch_horizon = milliseconds(100);
  std::uint64_t spool_bytes = 4ull << 30;
  std::uint64_t content_bytes = 10ull << 30;
  Duration stop_within = seconds(30);
  std::string run_as;                // user for tasks that name none; empty: the worker's own
  std::string log_level = "info";
  bool without_processes = false;    // every task succeeds at once: for measuring
};

// Binds every key to its field.
void bind(Settings& settings, Config& config);

// Reads the file; relative paths in it are taken from its folder.
Result<Config> load_config(const std::filesystem::path& file);

}  // namespace argosy::worker
