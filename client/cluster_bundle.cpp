#include "client/cluster_bundle.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "broker/config.h"
#include "broker/endpoint_key.h"
#include "client/cluster_init.h"
#include "client/profile.h"
#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/private_file.h"
#include "fabric/roster.h"
#include "fabric/trust.h"
#include "master/config.h"

namespace argosy::client {
namespace {

using fabric::Bundle;
using fabric::Existing;

constexpr const char* kKind = "cluster 1";  // of bundle, and its version
constexpr const char* kEndpointKey = "keys/endpoint.key";

// -- Export. A file has the name in the bundle that it has in the folder.

Status put(Bundle& bundle, const Layout& layout, const std::string& name) {
  auto content = fabric::read_plain_file(layout.root / name);
  if (!content) return content.error();
  bundle[name] = std::move(*content);
  return Done{};
}

Status put_key(Bundle& bundle, const Layout& layout, const std::string& name) {
  auto content = fabric::read_private_file(layout.root / name);
  if (!content) return content.error();
  bundle[name] = std::move(*content);
  return Done{};
}

bool is_any_address(const std::string& endpoint) {
  const auto host = fabric::host_of(endpoint);
  return host && (*host == "0.0.0.0" || *host == "*" || *host == "::");
}

// The settings of a peer, seen from this broker's: the same timers, bounds and hooks; name, address and peers exchanged.
Result<std::string> mirrored_settings(const std::filesystem::path& file, const broker::Config& own, const std::string& name,
                                      const std::string& fingerprint) {
  const auto peer = std::find_if(own.peers.begin(), own.peers.end(), [&](const auto& each) { return each.name == name; });
  if (peer == own.peers.end()) {
    return Error{file.string() + ": names no peer " + name + ": add its [[peers]] table with name and endpoint first"};
  }
  if (is_any_address(own.peer_listen)) {
    return Error{file.string() + ": peer_listen: " + own.peer_listen + " cannot be reached from another host; name this host's own address"};
  }
  broker::Config theirs;
  Settings settings;
  broker::bind(settings, theirs);
  const broker::Config initial = theirs;
  theirs = own;
  theirs.machine.name = name;
  theirs.peer_listen = peer->endpoint;
  theirs.fingerprint = fingerprint;
  theirs.peers = {{own.machine.name, own.peer_listen, ""}};
  for (const auto& other : own.peers) {
    if (other.name != name) theirs.peers.push_back({other.name, other.endpoint, ""});
  }
  theirs.endpoint_certificate = initial.endpoint_certificate;  // where an import puts them
  theirs.endpoint_key = initial.endpoint_key;
  theirs.roster = initial.roster;
  theirs.directory = initial.directory;
  if (theirs.watch == theirs.endpoint) theirs.watch = initial.watch;
  return "# Only what differs from the default; `argosy broker config` prints every key.\n" + settings.changes();
}

Status put_broker(Bundle& bundle, const Layout& layout, const std::string& name) {
  const auto file = layout.role_settings("broker");
  const auto own = broker::load_config(file);
  if (!own) return own.error();
  const auto key = broker::load_endpoint_key(*own);
  if (!key) return key.error();
  auto settings = mirrored_settings(file, *own, name, key->fingerprint);
  if (!settings) return settings.error();
  bundle["broker.toml"] = std::move(*settings);
  return put_key(bundle, layout, kEndpointKey);
}

Status put_master(Bundle& bundle, const Layout& layout, const std::string& name) {
  const auto own = layout.role_settings("master-" + name);
  const auto file = std::filesystem::exists(own) ? own : layout.role_settings("master");
  const auto config = master::load_config(file);
  if (!config) return config.error();
  if (config->name != name) {
    return Error{"there is no master " + name + " in this folder: `argosy cluster init --masters N` makes m1 … mN"};
  }
  if (config->catalog.starts_with("sqlite:")) {
    return Error{file.string() + ": catalog: SQLite is one file on one host; for a master on another one take PostgreSQL"};
  }
  if (auto done = put(bundle, layout, file.filename().string()); !done) return done;
  if (auto done = put_key(bundle, layout, "keys/catalog.key"); !done) return done;
  return put_key(bundle, layout, "keys/master-" + name + ".key");
}

// -- Import.

bool is_master_settings(const std::string& name) { return name.starts_with("master") && name.ends_with(".toml") && is_name(name); }
bool is_key(const std::string& name) { return name.starts_with("keys/") && is_name(name.substr(5)); }
bool is_settings(const std::string& name) { return name == "broker.toml" || name == "cluster.toml" || is_master_settings(name); }

Status check_parts(const Bundle& bundle) {
  const auto kind = bundle.find("kind");
  if (kind == bundle.end() || kind->second != kKind) {
    return Error{"this is no bundle of `argosy cluster export`; a worker's is for `argosy worker join`"};
  }
  const std::set<std::string> always{"authority.pem", "endpoint.pem", "roster", "catalog.pub", "cluster.toml"};
  for (const auto& part : always) {
    if (bundle.count(part) == 0) return Error{"the bundle has no " + part + ": it is not whole; make it again"};
  }
  for (const auto& [name, content] : bundle) {
    const bool known = always.count(name) > 0 || name == "kind" || name == "endpoint.moved" || is_settings(name) || is_key(name);
    if (!known) return Error{"the bundle has a part " + printable(name) + " that this program does not know: a later one made it"};
  }
  return Done{};
}

// The certificate of the endpoint, believed for its host.
Result<fabric::Certificate> checked_certificate(const Bundle& bundle, const std::string& endpoint) {
  const auto authorities = fabric::Certificate::all_from_pem(bundle.at("authority.pem"), "the bundle's authority.pem");
  if (!authorities) return authorities.error();
  const auto certificates = fabric::Certificate::all_from_pem(bundle.at("endpoint.pem"), "the bundle's endpoint.pem");
  if (!certificates) return certificates.error();
  const auto host = fabric::host_of(endpoint);
  if (!host) return host.error();
  auto believed = fabric::first_believed(*authorities, *certificates, *host, fabric::read_wall());
  if (!believed) return Error{"the bundle's endpoint.pem: " + believed.error().message};
  return believed;
}

// Whose keys they are: the certificate's, and of parties that the roster has.
Status check_keys(const Bundle& bundle, const fabric::Certificate& certificate) {
  const auto roster = fabric::parse_roster(bundle.at("roster"), "the bundle's roster");
  if (!roster) return roster.error();
  for (const auto& [name, content] : bundle) {
    if (!is_key(name)) continue;
    const auto keys = fabric::key_pair_from_pem(content, "the bundle's " + name);
    if (!keys) return keys.error();
    const bool party = name.starts_with("keys/master-") || name.starts_with("keys/operator-");
    const bool listed = std::any_of(roster->begin(), roster->end(), [&](const auto& entry) { return entry.key == keys->public_key; });
    if (party && !listed) return Error{"the bundle's " + name + ": its key is not on the roster; make the bundle again"};
    if (name == kEndpointKey && certificate.facts().key != keys->public_key) {
      return Error{"the bundle's " + name + ": endpoint.pem is of another key; make the bundle again"};
    }
  }
  return Done{};
}

std::set<std::string> fingerprints(const std::vector<fabric::Certificate>& certificates) {
  std::set<std::string> all;
  for (const auto& each : certificates) all.insert(each.facts().fingerprint);
  return all;
}

// The folder as the import finds it: none, or the same cluster's.
Status check_folder(const Layout& layout, const Bundle& bundle, bool renew) {
  const std::string folder = layout.root.string();
  if (!std::filesystem::exists(layout.cluster())) {
    if (std::filesystem::exists(layout.role_settings("worker"))) return Error{folder + " is a worker's folder; name another with --dir"};
    return renew ? Status(Error{folder + " is no cluster's folder, there is nothing to renew: leave --renew out"}) : Status(Done{});
  }
  const auto there = fabric::Certificate::load(layout.authority());
  if (!there) return there.error();
  const auto comes = fabric::Certificate::all_from_pem(bundle.at("authority.pem"), "the bundle's authority.pem");
  if (!comes) return comes.error();
  const auto ours = fingerprints(*there), theirs = fingerprints(*comes);
  if (std::none_of(theirs.begin(), theirs.end(), [&](const auto& each) { return ours.count(each) > 0; })) {
    return Error{folder + " is the folder of another cluster: its authority is " + *ours.begin() + ", the bundle's " + *theirs.begin() +
                 "; name another folder with --dir"};
  }
  if (renew) return Done{};
  return Error{folder + " is a folder of this cluster already: --renew takes keys, certificates and roster anew and leaves the settings"};
}

// In broker.toml: whoever demanded the former certificate demands the new one.
Status renew_fingerprint(const Layout& layout, const std::vector<fabric::Certificate>& former, const std::string& fingerprint) {
  const auto file = layout.role_settings("broker");
  if (!std::filesystem::exists(file)) return Done{};
  auto text = fabric::read_plain_file(file);
  if (!text) return text.error();
  for (const auto& old : fingerprints(former)) {
    const auto at = text->find(old);
    if (at != std::string::npos) text->replace(at, old.size(), fingerprint);
  }
  return fabric::write_plain_file(file, *text, Existing::replace);
}

Status write_parts(const Layout& layout, const Bundle& bundle) {
  const auto write = [&](const std::string& name) -> Status {
    const auto file = layout.root / name;
    if (is_settings(name) && std::filesystem::exists(layout.cluster()) && std::filesystem::exists(file)) return Done{};
    const auto writer = is_key(name) || is_master_settings(name) ? fabric::write_private_file : fabric::write_plain_file;
    return writer(file, bundle.at(name), Existing::replace);
  };
  for (const auto& [name, content] : bundle) {
    if (name == "kind" || name == "cluster.toml") continue;
    if (auto written = write(name); !written) return written;
  }
  return write("cluster.toml");  // last: with it the folder is whole
}

}  // namespace

Result<Bundle> make_cluster_bundle(const Layout& layout, const HostRoles& roles) {
  Bundle bundle{{"kind", kKind}};
  auto cluster = load_cluster_file(layout.cluster());
  if (!cluster) return cluster.error();
  for (const char* name : {"authority.pem", "endpoint.pem", "roster", "catalog.pub"}) {
    if (auto done = put(bundle, layout, name); !done) return done.error();
  }
  if (std::filesystem::exists(layout.endpoint_moved())) {
    if (auto done = put(bundle, layout, "endpoint.moved"); !done) return done.error();
  }
  if (!roles.broker.empty()) {
    if (auto done = put_broker(bundle, layout, roles.broker); !done) return done.error();
  }
  for (const auto& name : roles.masters) {
    if (auto done = put_master(bundle, layout, name); !done) return done.error();
  }
  for (const auto& name : roles.operators) {
    if (auto done = put_key(bundle, layout, "keys/operator-" + name + ".key"); !done) return done.error();
  }
  if (!roles.operators.empty()) cluster->key = "keys/operator-" + roles.operators.front() + ".key";
  bundle["cluster.toml"] = format_cluster_file(*cluster);
  return bundle;
}

Result<Imported> unpack_cluster_bundle(const Bundle& bundle, const std::filesystem::path& folder, bool renew) {
  const Layout layout{folder};
  if (auto checked = check_parts(bundle); !checked) return checked.error();
  const auto cluster = parse_cluster_file(bundle.at("cluster.toml"), "the bundle's cluster.toml");
  if (!cluster) return cluster.error();
  const auto certificate = checked_certificate(bundle, cluster->endpoint);
  if (!certificate) return certificate.error();
  if (auto checked = check_keys(bundle, *certificate); !checked) return checked.error();
  if (auto checked = check_folder(layout, bundle, renew); !checked) return checked.error();
  const std::string& fingerprint = certificate->facts().fingerprint;
  if (renew) {
    const auto former = fabric::Certificate::load(layout.endpoint_certificate());
    if (!former) return former.error();
    if (auto renewed = renew_fingerprint(layout, *former, fingerprint); !renewed) return renewed.error();
  }
  if (auto made = make_cluster_folders(layout); !made) return made.error();
  if (auto written = write_parts(layout, bundle); !written) return written.error();
  return Imported{cluster->name, cluster->endpoint, fingerprint};
}

}  // namespace argosy::client
