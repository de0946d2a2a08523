// Who belongs to the cluster: keys and roles, workers and their settings, masters, shards, and the cluster's
// properties.
//
// Owner, thread rule, failure: catalog.h. No fence; every verb may be repeated.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/operations.h"
#include "schemas/words/session.h"

namespace argosy::catalog {

enum class PartyState : std::uint8_t { enabled = 1, disabled = 2, removed = 3, requested = 4 };

// A key that the cluster knows. (role, name) has one key, a key has one party. Removed parties keep their row
// and key.
struct Party {
  Role role = Role::worker;
  std::string name;
  std::string key;  // 64 hex digits
  PartyState state = PartyState::disabled;
  WallTime added_at;

  bool operator==(const Party&) const = default;
};

// What an operator sets of a worker, and what was last heard of it.
struct WorkerRecord {
  Party party;
  bool draining = false;
  std::vector<std::string> tags;
  SessionId session;  // the latest
  Host host;
  std::string build;
  WallTime connected_at;  // 0: never
  WallTime last_seen;
};

struct WorkerSeen {
  std::string worker;
  SessionId session;
  Host host;
  std::string build;
  WallTime connected_at;
  WallTime last_seen;
};

struct MasterRecord {
  std::string master;
  SessionId session;
  Host host;
  std::string build;
  WallTime since;
  WallTime last_seen;
};

struct ShardRecord {
  ShardTerm reign;
  std::string master;  // holder; empty: nobody
  WallTime taken_at;
  Duration lease;
  Duration grace;
};

// Adds, or changes nothing if it is there with the same key. Failure: refused when the name has another key,
// or the key another name. Adding what was removed enables nothing: it takes `party.state`.
Status add_party(Catalog& catalog, const Party& party);
// False: is not there, or was removed.
Result<bool> set_party_state(Catalog& catalog, Role role, const std::string& name, PartyState state);
// False: is not there or was removed, and not by this deed's request.
Result<bool> remove_party(Catalog& catalog, Role role, const std::string& name, const Deed& deed);
Result<std::vector<Party>> list_parties(Catalog& catalog);  // by role, then name
// Grows with each change of a party or of a worker's settings.
Result<std::uint64_t> fleet_serial(Catalog& catalog);

Result<bool> set_worker(Catalog& catalog, const std::string& worker, std::optional<bool> draining,
                        const std::optional<std::vector<std::string>>& tags);
Result<std::vector<WorkerRecord>> list_workers(Catalog& catalog);  // by name, without removed ones
Result<std::optional<WorkerRecord>> read_worker(Catalog& catalog, const std::string& worker);
// One write for all; does not move fleet_serial.
Status saw_workers(Catalog& catalog, const std::vector<WorkerSeen>& seen);
// Open attempts of each worker that has any.
Result<std::map<std::string, std::uint64_t>> open_attempts_by_worker(Catalog& catalog);
// Those that it has started.
Result<std::map<std::string, std::uint64_t>> running_attempts_by_worker(Catalog& catalog);

Status saw_master(Catalog& catalog, const MasterRecord& master);
Result<std::vector<MasterRecord>> list_masters(Catalog& catalog);
Status forget_master(Catalog& catalog, const std::string& master);  // it stopped in an orderly way

Result<std::vector<ShardRecord>> list_shards(Catalog& catalog);
// What a holder may obey is at least this from now on: neither is ever lowered.
Status raise_shard_leases(Catalog& catalog, ShardId shard, Duration lease, Duration grace);
// How many shards there are, said by a master that begins, which is seen by it (property "shards"). The first one settles it; later
// it can be raised while no other master was seen for a minute. Failure: refused where it is another number.
Status settle_shards(Catalog& catalog, const MasterRecord& master, std::uint32_t shards);

// Properties: "incarnation" (made by migrate), "shards", "endpoint", …
Result<std::optional<std::string>> read_property(Catalog& catalog, const std::string& name);
Status set_property(Catalog& catalog, const std::string& name, const std::string& value);

// Where the cluster is to be reached (properties "endpoint…"); serial 0: it never moved.
Result<Endpoint> read_endpoint(Catalog& catalog);
// Moves fleet_serial, so that each master hears of it. Its serial is above each one before it; it follows the clock, so that one
// that is set after a restore from backup counts too. What stands already keeps its serial.
Result<Endpoint> set_endpoint(Catalog& catalog, const std::string& endpoint, const std::string& certificates, WallTime now);

}  // namespace argosy::catalog
