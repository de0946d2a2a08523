#include "client/submit_rows.h"

#include <algorithm>
#include <map>

#include "base/counted.h"
#include "schemas/check_package.h"

namespace argosy::client {
namespace {

constexpr std::size_t kLinesMost = 10;

}  // namespace

std::vector<RowTrouble> check_rows(const Package& package, const std::vector<BatchRow>& rows) {
  std::vector<RowTrouble> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto problems = check_parameters(package, rows[i]);
    if (!problems.empty()) out.push_back({i, usage(join_problems(problems))});
  }
  return out;
}

std::size_t Sent::accepted() const {
  return static_cast<std::size_t>(std::count_if(executions.begin(), executions.end(), [](ExecutionId id) { return id.value != 0; }));
}

Sent send_all(Session& session, const std::vector<Submit>& submits) {
  std::map<std::string, std::size_t> unanswered;
  for (std::size_t i = 0; i < submits.size(); ++i) {
    unanswered[submits[i].key] = i;
    session.request(submits[i].key, submits[i]);
  }
  Sent out;
  out.executions.resize(submits.size());
  for (Time deadline = session.patience_ends(); !unanswered.empty();) {
    const Incoming incoming = session.next(deadline);
    if (const auto* accepted = std::get_if<Accepted>(&incoming)) {
      const auto row = unanswered.extract(accepted->key);
      if (row.empty()) continue;
      out.executions[row.mapped()] = accepted->execution;
      out.repeated = out.repeated || accepted->repeated;
      deadline = session.patience_ends();
    } else if (const auto* refused = std::get_if<Refused>(&incoming)) {
      const auto row = unanswered.extract(refused->request);
      if (row.empty()) continue;
      out.refused.push_back({row.mapped(), trouble(*refused)});
      deadline = session.patience_ends();
    } else if (std::holds_alternative<TimedOut>(incoming)) {
      out.cut = Trouble{Exit::unavailable, "not accepted in time; " + session.last_trouble()};
    } else if (std::holds_alternative<Interrupted>(incoming)) {
      out.cut = Trouble{Exit::interrupted, "interrupted before it was accepted; whether it will be is not known"};
    }
    if (out.cut) break;
  }
  std::sort(out.refused.begin(), out.refused.end(), [](const RowTrouble& a, const RowTrouble& b) { return a.row < b.row; });
  return out;
}

std::string lines_of(const std::vector<RowTrouble>& rows) {
  std::string out;
  for (std::size_t i = 0; i < std::min(rows.size(), kLinesMost); ++i) {
    out += (i == 0 ? "row " : "\nrow ") + std::to_string(rows[i].row + 1) + ": " + rows[i].what.message;
  }
  if (rows.size() > kLinesMost) out += "\nand " + counted(rows.size() - kLinesMost, "row") + " more";
  return out;
}

}  // namespace argosy::client
