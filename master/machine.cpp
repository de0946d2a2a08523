#include "master/machine.h"

#include <utility>

namespace argosy::master {

// Skeleton: the rooms behind it land next.
struct State {
  Self self;
};

Machine::Machine(Self self, Limits, Rng, Sealer*) : state_(new State{std::move(self)}) {}
Machine::~Machine() = default;
void Machine::step(Now, Event, Effects&) {}
std::optional<Time> Machine::deadline() const { return std::nullopt; }
bool Machine::ready() const { return false; }
std::string Machine::pending() const { return {}; }

}  // namespace argosy::master
