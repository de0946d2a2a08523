#include "client/wait.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "client/output.h"
#include "fabric/clock.h"
#include "fabric/sealing.h"

namespace argosy::client {
namespace {

constexpr std::size_t kWatchedMost = 10'000;  // of one Watch

constexpr Duration kDrawEvery = milliseconds(100);

// What an execution counts now, in the place of what it counted before.
void replace(TaskCounts& sum, const TaskCounts& before, const TaskCounts& now) {
  for (const auto part : {&TaskCounts::total, &TaskCounts::running, &TaskCounts::succeeded, &TaskCounts::failed, &TaskCounts::canceled,
                          &TaskCounts::interrupted, &TaskCounts::skipped}) {
    sum.*part += now.*part - before.*part;
  }
}

class Bar {
 public:
  explicit Bar(bool shown) : shown_(shown && ::isatty(STDERR_FILENO) != 0) {}
  ~Bar() {
    if (drawn_) std::cerr << "\r\033[K" << std::flush;
  }
  void show(const TaskCounts& counts) {
    counts_ = counts;
    owed_ = shown_;
    draw_if_due();
  }
  void draw_if_due() {
    const Time now = fabric::read_steady();
    if (!owed_ || now < due_) return;
    std::cerr << "\r\033[K" << progress_line(counts_, std::max(40, terminal_width(STDERR_FILENO)) - 1) << std::flush;
    due_ = now + kDrawEvery;
    drawn_ = true;
    owed_ = false;
  }
  std::optional<Time> due() const { return owed_ ? std::optional(due_) : std::nullopt; }

 private:
  bool shown_;
  bool drawn_ = false;
  bool owed_ = false;
  Time due_;
  TaskCounts counts_;
};

void watch(Session& session, const std::string& prefix, const std::vector<ExecutionId>& executions) {
  for (std::size_t from = 0; from < executions.size(); from += kWatchedMost) {
    const std::string id = prefix + "-" + std::to_string(from);
    const auto end = std::min(executions.size(), from + kWatchedMost);
    session.stand(id, Watch{id, {executions.begin() + static_cast<std::ptrdiff_t>(from),
                                 executions.begin() + static_cast<std::ptrdiff_t>(end)}});
  }
}

}  // namespace

std::string progress_line(const TaskCounts& counts, int width) {
  const std::uint64_t ended = counts.succeeded + counts.failed + counts.canceled + counts.interrupted + counts.skipped;
  std::string right = " " + std::to_string(ended) + "/" + std::to_string(counts.total);
  if (counts.running > 0) right += ", " + std::to_string(counts.running) + " running";
  if (counts.failed + counts.interrupted > 0) right += ", " + std::to_string(counts.failed + counts.interrupted) + " failed";
  const int inner = std::clamp(width - static_cast<int>(right.size()) - 2, 0, 50);
  const auto filled = counts.total == 0 ? 0 : static_cast<int>(ended * static_cast<std::uint64_t>(inner) / counts.total);
  std::string bar(static_cast<std::size_t>(filled), '=');
  if (filled < inner) bar += '>';
  bar.resize(static_cast<std::size_t>(inner), ' ');
  return "[" + bar + "]" + right;
}

Outcome<std::map<ExecutionId, Changed>> wait_for(Session& session, const std::vector<ExecutionId>& executions,
                                                 const WaitOptions& options) {
  const std::string prefix = "watch-" + fabric::random_key_text();
  const auto deadline = options.timeout ? std::optional<Time>(fabric::read_steady() + *options.timeout) : std::nullopt;
  std::map<ExecutionId, Changed> known;
  TaskCounts counts;
  std::size_t ended = 0;
  Bar bar(options.progress);
  bool watching = options.watched_by.empty();
  if (watching) watch(session, prefix, executions);
  while (ended < executions.size()) {
    const auto draw_at = bar.due();
    const Incoming incoming = session.next(draw_at && (!deadline || *draw_at < *deadline) ? draw_at : deadline);
    bar.draw_if_due();
    if (const auto* changed = std::get_if<Changed>(&incoming)) {
      const auto before = known.find(changed->execution);
      const bool was_over = before != known.end() && is_terminal(before->second.status);
      if (was_over || !std::binary_search(executions.begin(), executions.end(), changed->execution)) continue;
      Changed& one = before == known.end() ? known[changed->execution] : before->second;
      replace(counts, one.counts, changed->counts);
      one = *changed;
      ended += is_terminal(changed->status) ? 1 : 0;
      bar.show(counts);
    } else if (const auto* refused = std::get_if<Refused>(&incoming)) {
      if (refused->request.starts_with("watch-")) return trouble(*refused);
      if (refused->refused_word == Watch::word && !watching) {  // the Submit's own, which is not said again
        watching = true;
        watch(session, prefix, executions);
      }
    } else if (std::holds_alternative<TimedOut>(incoming) && deadline && *deadline <= fabric::read_steady()) {
      return Trouble{Exit::timed_out, "the time to wait is over; the work goes on"};
    } else if (std::holds_alternative<Interrupted>(incoming)) {
      return Trouble{Exit::interrupted, "detached; the work goes on"};
    } else if (std::holds_alternative<Reconnected>(incoming) && !watching) {
      watching = true;
      watch(session, prefix, executions);
    }
  }
  for (std::size_t from = 0; watching && from < executions.size(); from += kWatchedMost) {
    session.forget(prefix + "-" + std::to_string(from));
  }
  return known;
}

Exit exit_of(const std::map<ExecutionId, Changed>& ends) {
  Exit worst = Exit::succeeded;
  const auto rank = [](Exit exit) {
    switch (exit) {
      case Exit::failed: return 4;
      case Exit::ended_unexpectedly: return 3;
      case Exit::canceled: return 2;
      case Exit::completed: return 1;
      default: return 0;
    }
  };
  for (const auto& [id, one] : ends) {
    const Exit exit = exit_of(one.status);
    if (rank(exit) > rank(worst)) worst = exit;
  }
  return worst;
}

}  // namespace argosy::client
