// The master's shell: sockets, the catalog writer and the desk on one side, the machine on the other. It has no opinion.
#pragma once

#include "master/config.h"

namespace argosy::master {

// Runs a master in the foreground until SIGTERM or SIGINT, then hands its shards over and leaves. Says READY=1 to
// $NOTIFY_SOCKET and "ready NAME" on standard output when it first holds a shard, or stands by while another master does.
// Exit status: 0 stopped in an orderly way, 1 could not start (one line on standard error says why). Call from main,
// before any thread was started.
int run_master(const MasterConfig& config);

}  // namespace argosy::master
