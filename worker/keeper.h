// The keeper: a small process beside each worker, parent and subreaper of all its tasks. See
// worker/README.md.
//
// keeper_main is the whole program: `argosy-keeper`, and the internal word `keeper` of `argosy`. It serves
// the socket on descriptor 3 until the worker's end closes, then kills every tree, and returns when no
// descendant is left. Single thread. The caller returns its result from main at once and must not have
// started threads. Required: ARGOSY_WORKER_TOKEN in the environment; as arguments (after the word `keeper`,
// where there is one) the number of the worker's keeper protocol and the trash folder.
#pragma once

namespace argosy::keeper {

constexpr int keeper_socket_fd = 3;
constexpr const char* worker_token_variable = "ARGOSY_WORKER_TOKEN";
constexpr const char* attempt_token_variable = "ARGOSY_ATTEMPT_TOKEN";

constexpr int keeper_refuses = 2;

// Exit status: 0 after the worker went away, keeper_refuses when started wrongly or by a worker of another protocol, 1 when
// it cannot work.
int keeper_main(int argc, char** argv);

}  // namespace argosy::keeper
