#include "worker/keeper_orphans.h"

#include <algorithm>
#include <charconv>
#include <csignal>

#include "worker/keeper.h"
#include "worker/process_mark.h"

namespace argosy::keeper {
namespace {

// 0 when no attempt has it.
std::uint64_t held_serial(const Held& held, std::uint64_t serial) {
  const auto same = [&](const auto& entry) { return entry.second.serial == serial; };
  return std::any_of(held.begin(), held.end(), same) ? serial : 0;
}

}  // namespace

void kill_below(int pid) {
  std::vector<int> tree;
  append_tree(pid, tree);
  for (const int member : tree) ::kill(member, SIGKILL);
}

// Whose process it is, asked in the order of what a task can hide least. 0: nobody can tell, or a worker that
// runs inside a task has put marks of its own on it.
std::uint64_t Orphans::owner_of(int pid, const Held& held) const {
  const auto mark = read_mark(pid);
  if (mark && mark->worker == worker_mark_) {
    if (const auto serial = held_serial(held, mark->serial)) return serial;
  }
  if (const auto stat = read_process_stat(pid)) {
    for (const auto& [token, attempt] : held) {
      if (stat->group == attempt.pid || stat->session == attempt.pid) return attempt.serial;
    }
  }
  std::uint64_t serial = 0;
  if (const auto text = environment_value(pid, attempt_token_variable)) {
    std::from_chars(text->data(), text->data() + text->size(), serial);
  }
  return held_serial(held, serial);
}

void Orphans::look(const Held& held, const std::map<int, TaskToken>& mains, std::uint64_t last_serial) {
  for (const int pid : children_.list()) {
    if (mains.contains(pid) || orphans_.contains(pid)) continue;
    orphans_.emplace(pid, Orphan{.owner = owner_of(pid, held), .seen_after = last_serial});
  }
}

bool Orphans::kill(Attempt& attempt) {
  const auto belongs = [&](const Orphan& orphan) {
    if (orphan.owner != 0) return orphan.owner == attempt.serial;
    return attempt.serial <= orphan.seen_after && (attempt.end || attempt.killed);
  };
  bool any = false;
  for (auto& [pid, orphan] : orphans_) {
    if (!belongs(orphan)) continue;
    any = true;
    if (attempt.end && !orphan.counted) {
      orphan.counted = true;
      ++attempt.end->swept;
    }
    kill_below(pid);
  }
  return any;
}

void Orphans::append_trees(std::uint64_t serial, std::vector<int>& out) const {
  for (const auto& [pid, orphan] : orphans_) {
    if (orphan.owner == serial) append_tree(pid, out);
  }
}

}  // namespace argosy::keeper
