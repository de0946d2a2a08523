#include "tests/sim/hunt.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <new>

#include "base/check.h"
#include "tests/sim/world.h"

namespace argosy::sim {
namespace {

// What the processes share: each has a desk of its own.
struct Desk {
  std::atomic<std::uint64_t> seed{0};   // that is being run
  std::uint64_t seeds = 0, executions = 0, faults = 0, late_messages = 0;
  std::int64_t simulated_us = 0;
  std::uint64_t failed_seed = 0;
  char failure[1024] = {};
};

struct Board {
  std::atomic<bool> stop{false};
  Desk desks[64];
};

bool counts(const Hunt& hunt, const Verdict& verdict) {
  if (verdict.reports.empty()) return false;
  return hunt.promise.empty() || verdict.reports.front().promise == hunt.promise;
}

void work(const Hunt& hunt, Board& board, std::uint32_t job, std::uint64_t first) {
  Desk& desk = board.desks[job];
  for (std::uint64_t seed = first; seed < hunt.from + hunt.seeds && !board.stop; seed += hunt.jobs) {
    desk.seed = seed;
    World world({seed, hunt.bug, false});
    const Verdict verdict = world.run();
    ++desk.seeds;
    desk.executions += verdict.executions;
    desk.faults += verdict.faults;
    desk.late_messages += verdict.late_messages;
    desk.simulated_us += verdict.simulated.us;
    if (!counts(hunt, verdict)) continue;
    const Report& report = verdict.reports.front();
    desk.failed_seed = seed;
    std::strncpy(desk.failure, (report.promise + ": " + report.what).c_str(), sizeof desk.failure - 1);
    board.stop = true;
  }
}

pid_t start(const Hunt& hunt, Board& board, std::uint32_t job, std::uint64_t first) {
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    work(hunt, board, job, first);
    _exit(0);
  }
  return pid;
}

Sum add_up(const Hunt& hunt, const Board& board) {
  Sum sum;
  for (std::uint32_t job = 0; job < hunt.jobs; ++job) {
    const Desk& desk = board.desks[job];
    sum.seeds += desk.seeds;
    sum.executions += desk.executions;
    sum.faults += desk.faults;
    sum.late_messages += desk.late_messages;
    sum.simulated = sum.simulated + microseconds(desk.simulated_us);
    if (desk.failed_seed == 0 || (sum.failed_seed != 0 && sum.failed_seed < desk.failed_seed)) continue;
    sum.failed_seed = desk.failed_seed;
    sum.failure = desk.failure;
  }
  return sum;
}

}  // namespace

Sum run_seeds(const Hunt& hunt) {
  void* const memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  Board* const board = new (memory) Board;
  std::map<pid_t, std::uint32_t> jobs;
  for (std::uint32_t job = 0; job < hunt.jobs; ++job) jobs[start(hunt, *board, job, hunt.from + job)] = job;
  while (!jobs.empty()) {
    int status = 0;
    const pid_t pid = wait(&status);
    const auto it = jobs.find(pid);
    if (it == jobs.end()) continue;
    const std::uint32_t job = it->second;
    jobs.erase(it);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    Desk& desk = board->desks[job];
    const std::uint64_t seed = desk.seed;
    if (hunt.promise.empty()) {  // a CHECK, or a crash
      desk.failed_seed = seed;
      std::strncpy(desk.failure, "the process aborted: a CHECK failed, see above", sizeof desk.failure - 1);
      board->stop = true;
    } else {
      jobs[start(hunt, *board, job, seed + hunt.jobs)] = job;
    }
  }
  const Sum sum = add_up(hunt, *board);
  munmap(memory, sizeof(Board));
  return sum;
}

}  // namespace argosy::sim
