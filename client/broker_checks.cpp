#include "client/broker_checks.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/quantity.h"
#include "broker/ask_broker.h"
#include "broker/config.h"
#include "broker/endpoint_key.h"
#include "client/reach.h"
#include "fabric/roster.h"
#include "schemas/names.h"

namespace argosy::client {
namespace {

constexpr Duration kReachWithin = seconds(2);

bool is_executable(const std::filesystem::path& file) {
  return std::filesystem::is_regular_file(file) && ::access(file.c_str(), X_OK) == 0;
}

// As posix_spawnp looks for it.
bool can_be_run(const std::string& command) {
  if (command.find('/') != std::string::npos) return is_executable(command);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (is_executable(std::filesystem::path(folder) / command)) return true;
  }
  return false;
}

void check_hook(const std::string& name, const broker::HookConfig& hook, Checks& checks) {
  if (hook.command.empty()) return;
  const std::string& command = hook.command.front();
  checks.add("hook " + name, can_be_run(command) ? Status(Done{})
                                                 : Status(Error{command + ": is not there, or not executable for this user; copy it from "
                                                                          "scripts/hooks, and chmod +x it"}));
}

void check_hooks(const broker::Config& config, Checks& checks) {
  check_hook("on_activate", config.on_activate, checks);
  check_hook("on_deactivate", config.on_deactivate, checks);
  check_hook("fence", config.fence, checks);
  check_hook("on_alarm", config.on_alarm, checks);
  if (config.on_activate.command.empty() != config.on_deactivate.command.empty()) {
    checks.warn("hooks", "on_activate and on_deactivate belong together: the one brings the address, the other takes it away");
  }
  for (const auto& peer : config.peers) {
    if (!config.fence.command.empty() || !peer.directory.empty()) continue;
    checks.warn("hook fence", "there is none: when this broker rises, nothing makes sure that " + peer.name +
                                  " is gone; the catalog's terms keep tasks safe, callers may reach the wrong host for a while");
  }
}

// Brokers of one host share the key's file; another host's is a copy, which may be an old one.
bool has_peers_elsewhere(const broker::Config& config) {
  return std::any_of(config.peers.begin(), config.peers.end(), [](const auto& peer) { return peer.directory.empty(); });
}

std::string standing(const broker::BrokerAnswer& answer) {
  return std::string(to_string(answer.beat.duty)) + ", epoch " + std::to_string(answer.beat.epoch.number) + ", answered in " +
         format_duration(answer.took);
}

Status as_wanted(const Beat& beat, const std::string& name, const std::string& fingerprint) {
  if (beat.broker != name) return Error{"the broker there is " + beat.broker + ": see name and peers in the settings of both"};
  if (beat.fingerprint == fingerprint) return Done{};
  return Error{"its endpoint certificate is " + beat.fingerprint + ", this broker's is " + fingerprint +
               ": bring the newer one over by `argosy cluster export` and `argosy cluster import --renew`, and start that broker anew"};
}

void check_peer(const broker::Config& config, const broker::PeerConfig& peer, const broker::EndpointKey& own, Checks& checks) {
  const std::string what = "peer " + peer.name + ", " + peer.endpoint;
  if (const auto reached = reach(peer.endpoint, kReachWithin); !reached) {
    return checks.add(what, Error{reached.error().message + ": is it started there, its peer_listen this address, and no firewall between?"});
  }
  const auto answer = broker::ask_broker(peer.endpoint, own.keys, kReachWithin);
  if (!answer) return checks.add(what, status_of(answer));
  checks.add(what, as_wanted(answer->beat, peer.name, own.fingerprint), standing(*answer));
  if (answer->took > config.machine.takeover_after / 4) {
    checks.warn(what, "answered in " + format_duration(answer->took) + ": takeover_after (" + format_duration(config.machine.takeover_after) +
                          ") should be four times that at least, or a slow answer looks like silence");
  }
  if (!answer->beat.trouble.empty()) checks.warn(what, "its own alarm: " + answer->beat.trouble);
}

// This host's own, as the others reach it.
void check_self(const broker::Config& config, const broker::EndpointKey& own, Checks& checks) {
  const std::string what = "this broker, " + config.peer_listen;
  if (!reach(config.peer_listen, kReachWithin)) return checks.warn(what, "does not run now");
  const auto answer = broker::ask_broker(config.peer_listen, own.keys, kReachWithin);
  if (!answer) return checks.add(what, status_of(answer));
  checks.add(what, as_wanted(answer->beat, config.machine.name, own.fingerprint), standing(*answer));
  if (!answer->beat.trouble.empty()) checks.warn(what, "its alarm: " + answer->beat.trouble);
}

}  // namespace

void check_broker(const std::filesystem::path& settings, Checks& checks) {
  const auto config = broker::load_config(settings);
  checks.add("settings " + settings.string(), status_of(config));
  if (!config) return;
  checks.add("roster " + config->roster, status_of(fabric::load_roster(config->roster)));
  const auto own = broker::load_endpoint_key(*config);
  checks.add("key " + config->endpoint_key, status_of(own), own ? "fingerprint " + own->fingerprint : "");
  if (!own || config->peers.empty()) return;
  const auto& machine = config->machine;
  checks.add("timers", Done{}, "beat " + format_duration(machine.beat) + ", takeover_after " + format_duration(machine.takeover_after) +
                                   ", silence " + format_duration(machine.silence));
  if (config->fingerprint.empty() && has_peers_elsewhere(*config)) {
    checks.warn("fingerprint", "broker.toml names none: with another key this broker would start too; write fingerprint = \"" +
                                   own->fingerprint + "\"");
  }
  check_hooks(*config, checks);
  check_self(*config, *own, checks);
  for (const auto& peer : config->peers) check_peer(*config, peer, *own, checks);
}

}  // namespace argosy::client
