#include "client/selection.h"

#include <cstdint>
#include <map>

#include "schemas/selectors.h"

namespace argosy::client {
namespace {

using nlohmann::json;

class Reader {
 public:
  explicit Reader(Cli& cli) : cli_(cli) {}

  Outcome<json> read(const std::vector<std::string>& select, const std::vector<std::string>& statuses) {
    std::vector<Selector> selectors;
    json listed = json::array();
    for (const auto& text : select) {
      const auto selector = parse_selector(text);
      if (!selector) return usage(selector.error().message);
      if (selector->kind != SelectorKind::last) {
        selectors.push_back(*selector);
        listed.push_back(text);
      } else if (const auto id = show(text)) {
        selectors.push_back({SelectorKind::one, *id, *id});
      } else {
        return id.error();
      }
    }
    if (!listed.empty()) {
      json arguments{{"select", listed}};
      if (select == std::vector<std::string>{"all"} && !statuses.empty()) arguments["status"] = statuses;
      const auto rows = cli_.ask_all("execution.list", arguments, 0);
      if (!rows) return rows.error();
      for (const auto& row : *rows) keep(row);
    }
    return in_order(selectors);
  }

 private:
  // One alone: whose `last` is, and whether a number is really not there, the master says.
  Outcome<ExecutionId> show(const std::string& text) {
    const auto shown = cli_.ask("execution.show", {{"select", {text}}});
    if (!shown) return shown.error();
    return keep(shown->at(0));
  }

  ExecutionId keep(const json& row) {
    const ExecutionId id{row["id"].get<std::uint64_t>()};
    known_.emplace(id, row);
    return id;
  }

  Outcome<json> in_order(const std::vector<Selector>& selectors) {
    json out = json::array();
    for (const auto& selector : selectors) {
      if (selector.kind == SelectorKind::one && !known_.contains(selector.first)) {
        if (const auto id = show(std::to_string(selector.first.value)); !id) return id.error();
      }
      const bool all = selector.kind == SelectorKind::all;
      const auto end = all ? known_.end() : known_.upper_bound(selector.last);
      for (auto row = all ? known_.begin() : known_.lower_bound(selector.first); row != end; ++row) out.push_back(row->second);
    }
    return out;
  }

  Cli& cli_;
  std::map<ExecutionId, json> known_;
};

}  // namespace

Outcome<json> read_selected(Cli& cli, const std::vector<std::string>& select, const std::vector<std::string>& statuses) {
  return Reader(cli).read(select, statuses);
}

}  // namespace argosy::client
