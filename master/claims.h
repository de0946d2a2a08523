// Claims of the broker: granted after a commit, kept until their worker is reconciled and has a lease, or declined.
#pragma once

#include "master/step.h"

namespace argosy::master {

void on_claim(Step& step, Shard& shard, std::vector<ItemClaim>&& claims);
// The lane's worker may have become able to run: its parked claims go on.
void unpark(Step& step, Shard& shard, WorkerIndex worker, Lane& lane);
// The lane's connection is gone: its parked claims' items are ready again.
void drop_parked(Step& step, Shard& shard, Lane& lane);
// Whether Runs may be said to it now.
bool can_run(const Step& step, const Shard& shard, const Worker& worker, const Lane& lane);

// Answers grants after their commit: one Run for each worker (runs.cpp).
void say_runs(Step& step, Shard& shard, const std::vector<Grant>& grants);

}  // namespace argosy::master
