#include "worker/config.h"

#include "base/limits.h"

namespace argosy::worker {

void bind(Settings& settings, Config& config) {
  settings.add("endpoint", config.endpoint, "the virtual endpoint of the brokers");
  settings.add("authorities", config.authorities, "file with the cluster's one or two CA certificates");
  settings.add("endpoint_certificate", config.endpoint_certificate, "file with the certificate of the endpoint");
  settings.add("key", config.key, "file with this worker's private key, readable by its owner only");
  settings.add("directory", config.directory, "folder for spool, package contents and working directories");
  settings.add("capacity.cpu_milli", config.cpu_milli, std::uint64_t{0}, std::uint64_t{limits::kCpuMilliMost},
               "thousandths of a CPU that tasks may reserve together; 0: as many CPUs as the machine has");
  settings.add_bytes("capacity.memory", config.memory_bytes, 0, limits::kMemoryBytesMost,
                     "memory that tasks may reserve together; 0: all that the machine has");
  settings.add("capacity.tags", config.tags, "what tasks can ask for by `tags`");
  settings.add("prefetch.most", config.prefetch_most, 0u, 65536u, "items that may wait here beyond those that run");
  settings.add("prefetch.horizon", config.prefetch_horizon, Duration{}, seconds(60),
               "as many wait as the slots finish in this time");
  settings.add_bytes("spool.most", config.spool_bytes, 16ull << 20, 1ull << 44,
                     "unrecorded results and logs on disk; above, tasks' pipes are not read");
  settings.add_bytes("content.most", config.content_bytes, 1ull << 20, 1ull << 44, "unpacked packages on disk");
  settings.add("stop_within", config.stop_within, Duration{}, seconds(3600),
               "how long a stopping worker waits for its tasks and for their results to be recorded");
  settings.add("run_as", config.run_as, "user for tasks that name none; empty: the worker's own");
  settings.add("log.level", config.log_level, "trace, debug, info, warn or error");
  settings.add("without_processes", config.without_processes, "every task succeeds at once, nothing is run: for measuring");
}

Result<Config> load_config(const std::filesystem::path& file) {
  Config config;
  Settings settings;
  bind(settings, config);
  if (auto loaded = settings.load(file); !loaded) return loaded.error();
  const auto folder = std::filesystem::absolute(file).parent_path();
  for (std::string* path : {&config.authorities, &config.endpoint_certificate, &config.key, &config.directory}) {
    if (std::filesystem::path(*path).is_relative()) *path = (folder / *path).lexically_normal().string();
  }
  return config;
}

}  // namespace argosy::worker
