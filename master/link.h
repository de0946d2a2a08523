// The session with the broker: Hello until Welcome, a beat, and who holds which shard.
#pragma once

#include "master/step.h"

namespace argosy::master {

void on_link_up(Step& step);
void on_link_down(Step& step);
void on_welcome(Step& step, const Envelope& envelope, const Welcome& word);
void on_holders(Step& step, const std::vector<Holder>& holders);
void on_endpoint(Step& step, Endpoint&& word);
// Where the cluster is to be reached, as the catalog has it, told to the broker; nothing where it never moved.
void say_endpoint(Step& step);
void on_refused(Step& step, const Refused& word);
void on_take_failed(Step& step, const TakeFailed& event);
// This master's term of it was fenced: it is a standby of the shard again.
void on_shard_lost(Step& step, ShardId shard);
// All that is held, told to the broker.
void say_holding(Step& step);
std::vector<ShardTerm> held_shards(const State& state);
void tick_link(Step& step);
std::optional<Time> link_deadline(const State& state);

}  // namespace argosy::master
