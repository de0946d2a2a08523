#include "master/desk_words.h"

#include <algorithm>

#include "base/text.h"
#include "catalog/environments.h"
#include "catalog/fleet.h"
#include "catalog/incarnation.h"
#include "catalog/projects.h"
#include "catalog/views.h"
#include "fabric/digest.h"
#include "master/admit.h"
#include "master/home.h"
#include "schemas/codec.h"

namespace argosy::master {
namespace {

// Finds what the Submit names; keeps what Found points to in `package`.
std::optional<DeskRefusal> find_for(Room& room, const Submit& submit, std::optional<Package>& package, Found& found) {
  if (!submit.inline_package) {
    auto project = catalog::read_package(room.catalog, submit.project, submit.version, submit.package);
    if (!project) return refusal_of(room.catalog, project.error());
    if (!*project) {
      return DeskRefusal{Refusal::not_found, "there is no project " + printable(submit.project) +
                                                 (submit.version.empty() ? "" : " of version " + printable(submit.version)) +
                                                 "; `argosy project list` shows those that are there"};
    }
    package = std::move((*project)->package);
    if (!package) {
      const auto near = nearest(submit.package, (*project)->names);
      return DeskRefusal{Refusal::not_found, "project " + submit.project + " has no package " + printable(submit.package) +
                                                 (near ? "; did you mean " + *near + "?" : "")};
    }
    found.package = &*package;
    found.version = (*project)->version;
    found.content = (*project)->content;
  }
  if (submit.environment.empty()) return std::nullopt;
  const auto environment = catalog::read_environment(room.catalog, submit.environment);
  if (!environment) return refusal_of(room.catalog, environment.error());
  if (!*environment) return DeskRefusal{Refusal::not_found, "there is no environment " + printable(submit.environment) +
                                                           "; `argosy environment list` shows those that are there"};
  for (const auto& one : **environment) (one.sealed ? found.sealed_environment : found.environment)[one.name] = one.value;
  return std::nullopt;
}

std::optional<DeskRefusal> check_blobs(Room& room, const Package& package) {
  for (const auto& task : package.tasks) {
    if (task.for_each.source != ItemSource::blob) continue;
    const auto state = catalog::content_state(room.catalog, task.for_each.blob_digest);
    if (!state) return refusal_of(room.catalog, state.error());
    if (!state->complete || state->total != task.for_each.blob_bytes) {
      return DeskRefusal{Refusal::not_found, "the items of task " + printable(task.name) + " are not stored: Put them first"};
    }
  }
  return std::nullopt;
}

RosterState roster_state(catalog::PartyState state) {
  switch (state) {
    case catalog::PartyState::enabled: return RosterState::enabled;
    case catalog::PartyState::removed: return RosterState::removed;
    default: return RosterState::disabled;
  }
}

std::string digest_of(const Room& room, const Submit& submit) {
  Submit counted = submit;
  counted.watch = false;  // no part of what was asked for
  for (auto& [name, sealed] : counted.sealed) sealed = room.options.sealer->stand_in(sealed);
  return fabric::Sha256::hex_of(encode_body(counted));
}

std::variant<Admit, DeskRefusal> prepare(Room& room, const Submit& submit, const std::string& digest) {
  std::optional<Package> package;
  Found found;
  if (auto refusal = find_for(room, submit, package, found)) return *refusal;
  auto result = admit(submit, found, room.from.name, digest, room.now);
  if (auto* refusal = std::get_if<AdmitRefusal>(&result)) return DeskRefusal{refusal->reason, refusal->text};
  Admit out;
  out.shard = home_shard(room.from.name, submit.key, room.options.shards);
  out.client = room.from;
  out.watch = submit.watch;
  out.admission = std::get<Admission>(std::move(result));
  if (auto refusal = check_blobs(room, out.admission.package)) return *refusal;
  return out;
}

}  // namespace

// A repeat is answered as its first was, whatever became of its project or environment since; else its submitter would take
// what runs for refused. Usually the commit finds out, so the key is looked up only for what would be refused.
std::variant<Admit, Accepted, DeskRefusal> on_submit(Room& room, const Submit& submit) {
  if (submit.key.empty() || submit.key.size() > 128) return DeskRefusal{Refusal::invalid, "key must have 1 … 128 bytes"};
  const std::string digest = digest_of(room, submit);
  auto result = prepare(room, submit, digest);
  if (auto* admit = std::get_if<Admit>(&result)) return std::move(*admit);
  const auto before = catalog::find_accepted(room.catalog, room.from.name, submit.key, digest);
  if (!before) return refusal_of(room.catalog, before.error());
  if (*before) return Accepted{submit.key, **before, true};
  return std::get<DeskRefusal>(std::move(result));
}

std::variant<Stored, DeskRefusal> on_put(Room& room, const Put& put) {
  if (put.total > room.options.content_most_bytes) {
    return DeskRefusal{Refusal::too_large, "content of " + std::to_string(put.total) + " bytes is above this master's limit of " +
                                               std::to_string(room.options.content_most_bytes)};
  }
  if (put.data.empty() || put.data.size() > catalog::kPieceBytes) {
    return DeskRefusal{Refusal::invalid, "a piece has 1 … " + std::to_string(catalog::kPieceBytes) + " bytes"};
  }
  const auto offset = catalog::put_content(room.catalog, {put.digest, put.offset, put.total, put.data, room.now});
  if (!offset) return refusal_of(room.catalog, offset.error());
  return Stored{put.digest, *offset};
}

std::variant<Chunk, DeskRefusal> on_fetch(Room& room, const Fetch& fetch) {
  const auto state = catalog::content_state(room.catalog, fetch.digest);
  if (!state) return refusal_of(room.catalog, state.error());
  Chunk out{fetch.digest, fetch.offset, state->complete ? state->total : 0, {}};
  if (out.total == 0) return out;
  auto bytes = catalog::read_content(room.catalog, fetch.digest, fetch.offset, std::min(fetch.length, catalog::kPieceBytes));
  if (!bytes) return refusal_of(room.catalog, bytes.error());
  out.data = std::move(*bytes);
  return out;
}

std::variant<Changed, DeskRefusal> on_lookup(Room& room, const LookUp& lookup) {
  const auto view = catalog::show_execution(room.catalog, lookup.execution);
  if (!view) return refusal_of(room.catalog, view.error());
  if (!*view) return DeskRefusal{Refusal::not_found, "there is no execution " + std::to_string(lookup.execution.value)};
  const bool here = std::find(lookup.holds.begin(), lookup.holds.end(), (*view)->shard) != lookup.holds.end();
  if (!here && !is_terminal((*view)->status)) {
    return DeskRefusal{Refusal::other_shard, "execution " + std::to_string(lookup.execution.value) + " is of shard " +
                                                 std::to_string((*view)->shard.value), (*view)->shard};
  }
  return Changed{lookup.request, lookup.execution, (*view)->status, (*view)->counts};
}

ValuesRead on_need(Room& room, const NeedValues& need) {
  ValuesRead out{need.shard, need.execution, need.task, need.from, {}};
  auto values = catalog::read_items(room.catalog, need.digest, ItemNo{need.from}, need.count);
  if (values) out.values = std::move(*values);
  return out;
}

std::optional<FleetNews> read_fleet(Room& room) {
  FleetNews out;
  const auto serial = catalog::fleet_serial(room.catalog);
  if (!serial) return std::nullopt;
  const auto parties = catalog::list_parties(room.catalog);
  const auto workers = catalog::list_workers(room.catalog);
  const auto endpoint = catalog::read_endpoint(room.catalog);
  const auto incarnation = catalog::read_incarnation(room.catalog);
  if (!parties || !workers || !endpoint || !incarnation) return std::nullopt;
  // Restored while this was read: under its former serial the new incarnation would be a wrong catalog's.
  const auto serial_still = catalog::fleet_serial(room.catalog);
  if (!serial_still || *serial_still != *serial) return std::nullopt;
  out.serial = *serial;
  out.incarnation = *incarnation;
  out.endpoint = *endpoint;
  for (const auto& one : *workers) {
    out.workers.push_back({one.party.name, one.party.key, roster_state(one.party.state), one.draining, one.tags});
  }
  for (const auto& one : *parties) {
    const bool listed = one.role == Role::worker && one.state != catalog::PartyState::removed;
    if (!listed) out.others.push_back({one.key, one.name, one.role, roster_state(one.state)});
  }
  return out;
}

}  // namespace argosy::master
