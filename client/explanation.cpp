#include "client/explanation.h"

#include <time.h>

#include <regex>

namespace argosy::client {
namespace {

using nlohmann::json;

// "back-off until 12:03:10 UTC" in the reader's time zone, as times in tables are.
std::string in_local_time(const std::string& sentence) {
  static const std::regex utc("([0-9]{2}):([0-9]{2}):([0-9]{2}) UTC");
  std::smatch found;
  if (!std::regex_search(sentence, found, utc)) return sentence;
  const time_t now = ::time(nullptr);
  tm local{};
  ::localtime_r(&now, &local);
  const long at = std::stol(found[1]) * 3600 + std::stol(found[2]) * 60 + std::stol(found[3]) + local.tm_gmtoff + 86'400;
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02ld:%02ld:%02ld", at / 3600 % 24, at / 60 % 60, at % 60);
  return found.prefix().str() + clock + in_local_time(found.suffix().str());
}

}  // namespace

void show_explanations(Cli& cli, const std::vector<json>& documents, bool one) {
  if (cli.output_format() != Format::table) {
    if (one) return cli.output().one(documents.front(), {{}, "execution", ""});
    return cli.output().list(json(documents), {{}, "execution", ""});
  }
  json rows = json::array();
  for (const auto& document : documents) {
    for (json row : document["reasons"]) {
      row["execution"] = document["execution"];
      if (row["task"].is_null()) row["task"] = "(all)";
      row["reason"] = in_local_time(row["reason"].get<std::string>());
      rows.push_back(std::move(row));
    }
  }
  std::vector<Column> columns{{"TASK", "task"}, {"STATUS", "status"}, {"COUNT", "count", Show::count}, {"REASON", "reason"}};
  if (!one) columns.insert(columns.begin(), {"EXECUTION", "execution", Show::count});
  cli.output().list(rows, {columns, "task", "nothing waits"});
}

}  // namespace argosy::client
