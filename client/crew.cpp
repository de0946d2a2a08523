#include "client/crew.h"

#include <algorithm>
#include <map>
#include <thread>

#include "broker/config.h"
#include "fabric/keys.h"
#include "fabric/private_file.h"
#include "fabric/roster.h"
#include "fabric/trust.h"
#include "schemas/toml_keys.h"

namespace argosy::client {
namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::filesystem::path broker_file(const Layout& layout, const std::string& name) {
  return layout.role_settings(name == "broker" ? name : "broker-" + name);
}

// Those of broker.toml's peers that run here.
std::vector<std::string> brokers_of(const Layout& layout, const broker::Config& first) {
  std::vector<std::string> out{"broker"};
  for (const auto& peer : first.peers) {
    if (!peer.directory.empty() && std::filesystem::exists(broker_file(layout, peer.name))) out.push_back(peer.name);
  }
  return out;
}

// What keeps several brokers from one folder; nothing: they may come.
Status may_have_peers(const std::filesystem::path& file, const std::string& text, const broker::Config& first) {
  const auto elsewhere = [](const broker::PeerConfig& peer) { return peer.directory.empty(); };
  if (text.find("[[peers]]") != std::string::npos || std::any_of(first.peers.begin(), first.peers.end(), elsewhere)) {
    return Error{file.string() + ": its peers were written by hand; leave --brokers out, or take them out there"};
  }
  const auto host = fabric::host_of(first.endpoint);
  if (!host) return host.error();
  if ((*host == "127.0.0.1" || *host == "localhost") && !first.endpoint.ends_with(":0")) return Done{};
  return Error{file.string() + ": its endpoint is " + first.endpoint + "; several brokers of one folder share a port of 127.0.0.1 "
               "alone. For others see docs/guides/operating.md, \"A standby broker\""};
}

// One broker as its file and its peers' files have it.
struct Seat {
  std::string file;  // "broker", "b2"
  std::string name;
  std::string directory;  // relative to the folder
  std::string own;        // its address for the others
};

std::vector<Seat> seats_for(const Layout& layout, const broker::Config& first, int count) {
  const std::string port = first.endpoint.substr(first.endpoint.rfind(':'));
  std::vector<Seat> out;
  for (int number = 1; number <= count; ++number) {
    const std::string own = "tcp://127.0.0." + std::to_string(number + 1) + port;
    const std::string name = "b" + std::to_string(number);
    const std::string directory = std::filesystem::path(first.directory).lexically_proximate(layout.root).string();
    out.push_back(number == 1 ? Seat{"broker", first.machine.name, directory, own} : Seat{name, name, "broker-" + name, own});
  }
  return out;
}

std::string peers_of(const Seat& one, const std::vector<Seat>& all) {
  std::string out;
  for (const auto& other : all) {
    if (other.name == one.name) continue;
    out += (out.empty() ? "[{name = " : ", {name = ") + quoted(other.name) + ", endpoint = " + quoted(other.own) +
           ", directory = " + quoted(other.directory) + "}";
  }
  return out.empty() ? out : out + "]";
}

// All is made before the first is written; broker.toml is written last: it says how many there are.
Status set_brokers(const Layout& layout, const broker::Config& first, int count) {
  const auto file = broker_file(layout, "broker");
  const auto text = fabric::read_plain_file(file);
  if (!text) return text.error();
  if (auto may = may_have_peers(file, *text, first); !may) return may;
  const auto seats = seats_for(layout, first, count);
  std::vector<std::pair<std::filesystem::path, std::string>> files;
  for (auto seat = seats.rbegin(); seat != seats.rend(); ++seat) {
    const auto own = broker_file(layout, seat->file);
    const auto before = std::filesystem::exists(own) ? fabric::read_plain_file(own) : text;
    if (!before) return before.error();
    std::map<std::string, std::string> keys{{"peer_listen", count > 1 ? quoted(seat->own) : ""}, {"peers", peers_of(*seat, seats)}};
    if (seat->file != "broker") {
      keys.insert({{"name", quoted(seat->name)}, {"directory", quoted(seat->directory)}, {"endpoint", quoted(first.endpoint)}});
    }
    auto after = with_keys(*before, own.string(), keys);
    if (!after) return after.error();
    files.emplace_back(own, std::move(*after));
  }
  for (const auto& [own, content] : files) {
    if (auto written = fabric::write_plain_file(own, content, fabric::Existing::replace); !written) return written;
  }
  return Done{};
}

Result<std::vector<std::string>> muster_brokers(const Layout& layout, int count) {
  auto first = broker::load_config(broker_file(layout, "broker"));
  if (!first) return first.error();
  const auto present = brokers_of(layout, *first);
  if (count == 0 || std::cmp_equal(present.size(), count)) return present;
  if (auto set = set_brokers(layout, *first, count); !set) return set.error();
  first = broker::load_config(broker_file(layout, "broker"));
  if (!first) return first.error();
  return brokers_of(layout, *first);
}

Result<std::vector<std::string>> muster_masters(const Layout& layout, int count) {
  std::vector<std::string> out{"master"};
  for (int number = 2;; ++number) {
    const std::string name = master_name(number);
    if (count == 0 ? !std::filesystem::exists(layout.role_settings("master-" + name)) : number > count) return out;
    if (auto made = init_master(layout, name); !made) return made.error();
    out.push_back(name);
  }
}

Result<std::vector<std::string>> muster_workers(const Layout& layout, int count, const std::string& endpoint) {
  int present = 0;
  while (std::filesystem::exists(layout.role_settings("worker-" + worker_name(present + 1)))) ++present;
  const int wanted = count > 0 ? count : std::max(1, present);
  std::vector<std::string> out;
  for (int number = 1; number <= wanted; ++number) {
    out.push_back(worker_name(number));
    if (auto made = init_worker(layout, out.back(), endpoint, cpu_share(wanted)); !made) return made.error();
  }
  return out;
}

// Appended, so that what an operator wrote there stays.
Status add_to_roster(const Layout& layout, const std::string& name, const fabric::PublicKey& key) {
  const auto text = fabric::read_plain_file(layout.roster());
  if (!text) return text.error();
  const auto entries = fabric::parse_roster(*text, layout.roster().string());
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const bool named = entry.role == fabric::Role::master && entry.name == name;
    if (entry.key == key && named) return Done{};
    if (entry.key == key || named) {
      return Error{layout.roster().string() + ": has " + std::string(to_text(entry.role)) + " " + entry.name + " with the key " +
                   entry.key.hex() + "; take that line out, or take another name"};
    }
  }
  const std::string line = (text->empty() || text->back() == '\n' ? "master " : "\nmaster ") + name + " " + key.hex() + "\n";
  return fabric::write_plain_file(layout.roster(), *text + line, fabric::Existing::replace);
}

}  // namespace

std::string worker_name(int number) { return "w" + std::to_string(number); }
std::string master_name(int number) { return "m" + std::to_string(number); }
std::string settings_line(const std::string& key, const std::string& value) { return key + " = " + quoted(value) + "\n"; }

int cpu_share(int workers) {
  const int all = static_cast<int>(std::max(1u, std::thread::hardware_concurrency())) * 1000;
  return std::max(1000, all / std::max(1, workers));
}

Result<fabric::PublicKey> ensure_key(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) {
    const auto keys = fabric::load_key_pair(file);
    if (!keys) return keys.error();
    return keys->public_key;
  }
  const auto keys = fabric::KeyPair::generate();
  if (auto saved = fabric::save_key_pair(file, keys); !saved) return saved.error();
  return keys.public_key;
}

Result<std::string> init_worker(const Layout& layout, const std::string& name, const std::string& endpoint, int cpu_milli) {
  const auto settings = layout.role_settings("worker-" + name);
  if (!std::filesystem::exists(settings)) {
    std::string text = "# Only what differs from the default; `argosy worker config` prints every key.\n" +
                       settings_line("endpoint", endpoint) + settings_line("authorities", "authority.pem") +
                       settings_line("endpoint_certificate", "endpoint.pem") +
                       settings_line("key", "keys/worker-" + name + ".key") + settings_line("directory", "workers/" + name);
    if (cpu_milli > 0) text += "[capacity]\ncpu_milli = " + std::to_string(cpu_milli) + "\n";
    if (auto written = fabric::write_plain_file(settings, text, fabric::Existing::replace); !written) return written.error();
  }
  const auto key = ensure_key(layout.party_key("worker", name));
  if (!key) return key.error();
  return key->hex();
}

Status init_master(const Layout& layout, const std::string& name) {
  const auto settings = layout.role_settings("master-" + name);
  if (std::filesystem::exists(settings)) return Done{};
  const auto first = fabric::read_plain_file(layout.role_settings("master"));
  if (!first) return first.error();
  const auto own = with_keys(*first, layout.role_settings("master").string(), {{"name", quoted(name)}, {"key", quoted("keys/master-" + name + ".key")}});
  if (!own) return own.error();
  const auto key = ensure_key(layout.party_key("master", name));
  if (!key) return key.error();
  if (auto added = add_to_roster(layout, name, *key); !added) return added;
  return fabric::write_private_file(settings, *own, fabric::Existing::replace);
}

Result<Crew> muster(const Layout& layout, const CrewSize& size, const std::string& endpoint) {
  auto brokers = muster_brokers(layout, size.brokers);
  if (!brokers) return brokers.error();
  auto masters = muster_masters(layout, size.masters);
  if (!masters) return masters.error();
  auto workers = muster_workers(layout, size.workers, endpoint);
  if (!workers) return workers.error();
  return Crew{std::move(*brokers), std::move(*masters), std::move(*workers)};
}

}  // namespace argosy::client
