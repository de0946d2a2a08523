// What the desk does about each word that is not an Ask: Submit, Put, Fetch, and what the machine asks the catalog.
// Thread rule: the desk's thread.
#pragma once

#include <optional>
#include <variant>

#include "master/desk_verbs.h"

namespace argosy::master {

// The execution to be committed, the one that the same request has already, or why not.
std::variant<Admit, Accepted, DeskRefusal> on_submit(Room& room, const Submit& submit);
std::variant<Stored, DeskRefusal> on_put(Room& room, const Put& put);
std::variant<Chunk, DeskRefusal> on_fetch(Room& room, const Fetch& fetch);
std::variant<Changed, DeskRefusal> on_lookup(Room& room, const LookUp& lookup);
ValuesRead on_need(Room& room, const NeedValues& need);
// Nothing: the catalog is away.
std::optional<FleetNews> read_fleet(Room& room);

}  // namespace argosy::master
