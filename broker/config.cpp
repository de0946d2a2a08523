#include "broker/config.h"

#include <set>

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

void bind_hook(Settings& settings, const std::string& name, HookConfig& hook, const std::string& help) {
  settings.add("hooks." + name, hook.command, help);
  settings.add("hooks." + name + "_timeout", hook.timeout, milliseconds(10), seconds(600),
               "after that it is killed and has failed");
}

void bind_brokers(Settings& settings, Config& config) {
  settings.add("beat", config.machine.beat, milliseconds(5), seconds(10),
               "how often brokers tell each other that they are there");
  settings.add("takeover_after", config.machine.takeover_after, milliseconds(50), seconds(600),
               "silence of the active broker and of the endpoint after which a standby takes over; at least four beats");
  settings.add("peer_listen", config.peer_listen,
               "this broker's own address, for the other brokers: tcp://ADDRESS:PORT; wanted with peers");
  settings.add("watch", config.watch,
               "the virtual endpoint as clients reach it, watched while standing by; empty: the endpoint");
  settings.add("fingerprint", config.fingerprint,
               "SHA-256 of the cluster's endpoint certificate, as openssl prints it: with another one this broker does not start; empty: any");
  bind_hook(settings, "on_activate", config.on_activate, "command that brings the virtual endpoint's address to this host");
  bind_hook(settings, "on_deactivate", config.on_deactivate,
            "command that takes it away; also run at each start, so it must do no harm where the address is not here");
  bind_hook(settings, "fence", config.fence,
            "command that makes sure that $ARGOSY_PEER does not serve any more; none: it is killed where its directory is known");
  bind_hook(settings, "on_alarm", config.on_alarm, "command that tells people of $ARGOSY_ALARM, about $ARGOSY_PEER");
  settings.add_tables("peers", config.peers, [](Settings& keys, PeerConfig& peer) {
    keys.add("name", peer.name, "the other broker's name");
    keys.add("endpoint", peer.endpoint, "its own address: its peer_listen");
    keys.add("directory", peer.directory, "its folder, if it runs on this host: it is killed before this one takes over");
  }, "the other brokers, one table each; with any, this one starts as a standby. Hooks are run only then");
}

// "9F:3C:…", as openssl prints it: "9f3c…".
std::string plain_fingerprint(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (c != ':') plain += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

// What contradicts itself; empty: nothing.
std::string wrong_with_brokers(const Config& config) {
  const Options& machine = config.machine;
  const bool hooks = !config.on_activate.command.empty() || !config.on_deactivate.command.empty() ||
                     !config.fence.command.empty();
  if (config.peers.empty()) return hooks ? "hooks: are run only where there are peers; name those too" : "";
  if (!config.peer_listen.starts_with("tcp://")) return "peer_listen: wants this broker's own address, tcp://ADDRESS:PORT";
  if (machine.takeover_after < machine.beat * 4) return "takeover_after: must be at least four beats, or late ones look like silence";
  if (!config.watch.starts_with("tcp://") || config.watch.ends_with(":0")) {
    return "watch: wants the virtual endpoint with its port; by default that is `endpoint`";
  }
  std::set<std::string> names{machine.name};
  for (const PeerConfig& peer : config.peers) {
    if (!is_name(peer.name)) return "peers: '" + printable(peer.name) + "' is no name";
    if (!names.insert(peer.name).second) return "peers: " + peer.name + " is there twice, or is this broker's own name";
    if (!peer.endpoint.starts_with("tcp://")) return "peers: " + peer.name + ": endpoint wants tcp://HOST:PORT";
  }
  return "";
}

}  // namespace

void bind(Settings& settings, Config& config) {
  bind_files(settings, config);
  bind_times(settings, config.machine);
  bind_bounds(settings, config);
  bind_brokers(settings, config);
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
  for (PeerConfig& peer : config.peers) {
    if (!peer.directory.empty()) peer.directory = (folder / peer.directory).lexically_normal().string();
    config.machine.peers.push_back(peer.name);
  }
  if (config.watch.empty()) config.watch = config.endpoint;
  config.fingerprint = plain_fingerprint(config.fingerprint);
  const bool is_hex = config.fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!config.fingerprint.empty() && (config.fingerprint.size() != 64 || !is_hex)) {
    return Error{file.string() + ": fingerprint: wants 64 hex digits: openssl x509 -in endpoint.pem -noout -fingerprint -sha256"};
  }
  if (!is_name(config.machine.name))
    return Error{file.string() + ": name: '" + printable(config.machine.name) + "' is no name"};
  if (config.machine.silence <= config.machine.heartbeat * 2) {
    return Error{file.string() +
                 ": silence: must be more than twice the heartbeat, or one late word ends a connection"};
  }
  if (const std::string wrong = wrong_with_brokers(config); !wrong.empty()) return Error{file.string() + ": " + wrong};
  return config;
}

}  // namespace argosy::broker
