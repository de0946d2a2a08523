// Changed for those who asked: at most every 100 ms for an execution, and at once when its end is committed.
#pragma once

#include "master/step.h"

namespace argosy::master {

// `submit`: its request is the key of a Submit that watched.
void on_watch(Step& step, const Address& client, const Watch& word, bool submit);
// Of a Submit that is committed now.
void watch(Step& step, Shard& shard, Watcher who, ExecutionId execution);
// Its counts or status are others than before.
void mark_changed(Step& step, Execution& execution);
// Its end is committed: said at once, and its watches are over.
void say_ended(Step& step, Execution& execution);
// Its watches are over, and nothing is said: this master no longer holds it, or they were of a former broker.
void forget_watchers(State& state, Execution& execution);
void tick_watches(Step& step);

}  // namespace argosy::master
