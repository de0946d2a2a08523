#include "broker/config.h"

#include "base/text.h"

namespace argosy::broker {

namespace {

void bind_files(Settings& settings, Config& config) {
  settings.add("name", config.machine.name,
               "this broker's name in epochs and reports, another one for each broker");
  settings.add("cluster", config.machine.cluster, "the cluster's name, for people");
  settings.add("endpoint", config.endpoint, "where to listen; port 0 takes any free one");
  settings.add("endpoint_certificate", config.endpoint_certificate,
               "file with the certificate of the endpoint");
  settings.add("endpoint_key", config.endpoint_key, "file with its private key, readable by its owner only");
  settings.add("roster", config.roster, "file with the keys of masters and operators; SIGHUP reads it again");
  settings.add("directory", config.directory, "folder for the epoch and the roster that masters push");
  settings.add("log.level", config.log_level, "trace, debug, info, warn or error");
}

void bind_times(Settings& settings, Options& machine) {
  settings.add("heartbeat", machine.heartbeat, milliseconds(10), seconds(60),
               "how often each side says something, at the least");
  settings.add("silence", machine.silence, milliseconds(50), seconds(600),
               "a peer not heard for this long is gone");
  settings.add("report_every", machine.report_every, milliseconds(100), seconds(3600),
               "how often masters hear of counters and refused keys, at the most");
}

void bind_bounds(Settings& settings, Config& config) {
  Options& machine = config.machine;
  settings.add("bounds.connections", machine.max_connections, 1u, 1'000'000u, "connections in all");
  settings.add("bounds.clients", machine.max_clients, 1u, 1'000'000u,
               "of them: operators, submitters, viewers");
  settings.add("bounds.shards", machine.max_shards, 1u, 65'536u, "shards that masters may hold");
  settings.add("bounds.offers", machine.max_offers, 1u, 16'777'216u,
               "offers queued in all, some 250 bytes each");
  settings.add("bounds.classes", machine.max_classes, 1u, 1'000'000u, "classes of offers in all");
  settings.add("bounds.offers_per_class", machine.offers_per_class, 1u, 16'777'216u,
               "offers queued of one class");
  settings.add("bounds.offers_per_group", machine.offers_per_group, 1u, 16'777'216u, "of them, of one group");
  settings.add("bounds.items_per_worker", machine.items_per_worker, 1u, 1'000'000u,
               "items that one worker may hold or be promised");
  settings.add("bounds.workers_per_class", machine.workers_per_class, 1u, 65'536u,
               "workers that a class may name");
  settings.add("bounds.client_words_per_second", machine.client_words_per_second, 1u, 1'000'000u,
               "words of one client's connection; as many may come at once");
  settings.add("bounds.refusals_per_second", machine.refusals_per_second, 1u, 1'000'000u,
               "refusals told to one peer; more are only counted");
  settings.add("bounds.send_queue", config.send_queue, 16u, 1'000'000u,
               "messages that may wait for one peer; above, it is taken for gone");
}

}  // namespace

void bind(Settings& settings, Config& config) {
  bind_files(settings, config);
  bind_times(settings, config.machine);
  bind_bounds(settings, config);
}

Result<Config> load_config(const std::filesystem::path& file) {
  Config config;
  Settings settings;
  bind(settings, config);
  if (auto loaded = settings.load(file); !loaded) return loaded.error();
  const auto folder = std::filesystem::absolute(file).parent_path();
  for (std::string* path :
       {&config.endpoint_certificate, &config.endpoint_key, &config.roster, &config.directory}) {
    if (std::filesystem::path(*path).is_relative()) *path = (folder / *path).lexically_normal().string();
  }
  if (!is_name(config.machine.name))
    return Error{file.string() + ": name: '" + printable(config.machine.name) + "' is no name"};
  if (config.machine.silence <= config.machine.heartbeat * 2) {
    return Error{file.string() +
                 ": silence: must be more than twice the heartbeat, or one late word ends a connection"};
  }
  return config;
}

}  // namespace argosy::broker
