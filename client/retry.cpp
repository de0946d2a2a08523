#include "client/retry.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/counted.h"

namespace argosy::client {
namespace {

using nlohmann::json;

using Retries = std::map<std::uint64_t, json>;  // by what they retry; the newest of each

std::uint64_t id_of(const json& execution) { return execution["id"].get<std::uint64_t>(); }

// A retry is of the same package, and newer.
Outcome<Retries> retries_of(Cli& cli, const std::vector<json>& chosen) {
  std::uint64_t oldest = id_of(chosen.front());
  for (const auto& one : chosen) oldest = std::min(oldest, id_of(one));
  json arguments{{"select", {std::to_string(oldest) + "-9223372036854775807"}}};
  if (chosen.size() == 1) arguments["package"] = chosen.front()["package"];
  const auto rows = cli.ask_all("execution.list", arguments, 0);
  if (!rows) return rows.error();
  Retries out;
  for (const auto& row : *rows) {  // newest first
    if (!row["retry_of"].is_null()) out.emplace(row["retry_of"].get<std::uint64_t>(), row);
  }
  return out;
}

json newest(const Retries& retries, json execution) {
  for (auto next = retries.find(id_of(execution)); next != retries.end(); next = retries.find(id_of(execution))) execution = next->second;
  return execution;
}

// Why it is not retried; empty: it may be.
std::string why_not(const json& chosen, const json& latest) {
  const auto status = static_cast<ExecutionStatus>(latest["status_code"].get<int>());
  const std::string name = "execution " + std::to_string(id_of(latest));
  const std::string before = id_of(chosen) == id_of(latest) ? "" : "execution " + std::to_string(id_of(chosen)) + " was retried: ";
  if (!is_terminal(status)) return before + name + " has not ended (" + std::string(to_string(status)) + "): cancel it first, or wait";
  if (status == ExecutionStatus::succeeded) return before + name + " succeeded: there is nothing to retry";
  return {};
}

const Listing& lines() {
  static const Listing how{{{"RETRY OF", "retry_of", Show::count}, {"EXECUTION", "execution", Show::count}, {"DETAIL", "detail"}},
                           "execution", "no execution is chosen"};
  return how;
}

int retry_one(Cli& cli, const json& chosen, const json& latest) {
  const std::string against = why_not(chosen, latest);
  if (!against.empty()) return cli.fail({Exit::failed, against});
  return cli.show_one("execution.retry", {{"execution", id_of(latest)}}, {{{"execution", "execution"}, {"retry of", "retry_of"}}, "execution", ""});
}

}  // namespace

int retry_executions(Cli& cli, const std::vector<json>& chosen, bool one) {
  if (chosen.empty()) {
    cli.output().list(json::array(), lines());
    return 0;
  }
  const auto retries = retries_of(cli, chosen);
  if (!retries) return cli.fail(retries.error());
  if (one && chosen.size() == 1) return retry_one(cli, chosen.front(), newest(*retries, chosen.front()));
  json rows = json::array();
  std::set<std::uint64_t> done;
  std::vector<Trouble> refused;
  for (const auto& each : chosen) {
    const json latest = newest(*retries, each);
    if (!done.insert(id_of(latest)).second) continue;
    json row{{"retry_of", id_of(latest)}, {"execution", nullptr}, {"detail", nullptr}};
    const std::string against = why_not(each, latest);
    const auto made = against.empty() ? cli.ask("execution.retry", {{"execution", id_of(latest)}}) : Outcome<json>(usage(against));
    if (made) row["execution"] = (*made)["execution"];
    if (!made) row["detail"] = made.error().message;
    if (!made && against.empty()) refused.push_back(made.error());
    rows.push_back(std::move(row));
    if (!refused.empty() && refused.back().exit == Exit::unavailable) break;  // the others would wait as long
  }
  cli.output().list(rows, lines());
  if (refused.empty()) return 0;
  return cli.fail({refused.front().exit, counted(refused.size(), "retry") + " refused: " + refused.front().message + "; the same again goes on"});
}

}  // namespace argosy::client
