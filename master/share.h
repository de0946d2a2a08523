// Several masters share the shards: one that holds more than its part, while others hold less, gives one back.
#pragma once

#include "master/step.h"

namespace argosy::master {

void on_masters_news(Step& step, const MastersNews& news);
// This master took it: nothing is given for a while, and not for long if it was given before and came back.
void on_shard_taken(Step& step, ShardId shard);

}  // namespace argosy::master
