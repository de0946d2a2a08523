// The workers: who is here (from brokers), who may be (from the catalog), and what each session proves about earlier ones.
#pragma once

#include "master/step.h"

namespace argosy::master {

WorkerIndex find_worker(const State& state, const std::string& name);  // no_worker: never heard of
WorkerIndex worker_index(Step& step, const std::string& name);         // made if need be

void on_presence(Step& step, const Presence& word);
void on_fleet_news(Step& step, FleetNews&& news);
// The worker speaks on this connection, for this session: it is here.
void worker_heard(Step& step, WorkerIndex worker, SessionId session, ConnectionId connection);
// Of one that is not here: "silent since 12:03:10 UTC".
std::string away_text(const Worker& worker, const Shard& shard);
// What an Inventory tells of its session.
void remember_session(Worker& worker, SessionId session, SessionId predecessor, const Host& host);
// Whether what the worker's present session is proves that nothing of the earlier one runs any more.
bool proved_dead(const Worker& worker, SessionId earlier);

}  // namespace argosy::master
