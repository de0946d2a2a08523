// The worker's shell: sockets, keeper, spool and content on one side, the machine on the other. It has no opinion.
#pragma once

#include "worker/config.h"

namespace argosy::worker {

// Runs a worker in the foreground until SIGTERM or SIGINT, then brings its results home and leaves. Says READY=1 to
// $NOTIFY_SOCKET and "ready ENDPOINT" on standard output when Welcome was first heard. Exit status: 0 stopped in an orderly
// way, 1 could not start (one line on standard error says why) or stopped because its keeper died and no other could be
// launched. Call from main, before any thread was started.
int run_worker(const Config& config);

}  // namespace argosy::worker
