// The mark that every process of a task bears: which worker it belongs to and which start it descends from.
//
// It sits in RLIMIT_RTTIME, which bounds nothing at these sizes (a hundred thousand years of real-time
// scheduling), is inherited by fork, exec and setuid alike, survives a scrubbed environment and a session of
// one's own, and is read with one system call. A process that changes this very limit loses the mark; the
// environment tokens remain.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace argosy::keeper {

struct ProcessMark {
  std::uint64_t worker = 0;  // worker_mark() of the worker's token
  std::uint64_t serial = 0;  // of the start; 0: the keeper itself
};

// 60 bits of the token's FNV-1a hash.
std::uint64_t worker_mark(std::string_view worker_token);

// What to give to setrlimit(RLIMIT_RTTIME).
rlimit mark_limit(const ProcessMark& mark);

// Nothing when the process is gone, is not ours to ask, or bears no mark.
std::optional<ProcessMark> read_mark(int pid);

}  // namespace argosy::keeper
