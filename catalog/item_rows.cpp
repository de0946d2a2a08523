#include "catalog/item_rows.h"

#include <algorithm>
#include <string>

namespace argosy::catalog {
namespace {

using std::int64_t;
constexpr auto N = Kind::number;
constexpr auto T = Kind::text;

constexpr const char* kEnded =
    "SELECT item, attempt, state, worker, session, claimed_at, started_at, ended_at, reason, exit_code, "
    "signal, user_us, "
    "system_us, max_rss_bytes, log_bytes, stderr_tail, detail FROM attempts WHERE execution = :a AND task = "
    ":b AND item >= :c "
    "AND item < :d";
constexpr const char* kOpen =
    "SELECT item, attempt, state, worker, session, claimed_at, started_at, not_before FROM open_attempts "
    "WHERE execution = :a "
    "AND task = :b AND item >= :c AND item < :d";

std::vector<Value> values_of(const ItemWindow& w) {
  return {static_cast<int64_t>(w.execution.value), static_cast<int64_t>(w.task.value),
          static_cast<int64_t>(w.from), static_cast<int64_t>(w.stop)};
}

AttemptView view_of(const ItemWindow& w, const std::vector<Value>& c) {
  const auto n = [&](std::size_t i) { return std::get<int64_t>(c[i]); };
  AttemptView v;
  v.attempt = {{w.execution, w.task, {static_cast<std::uint64_t>(n(0))}}, {static_cast<std::uint32_t>(n(1))}};
  v.state = static_cast<ItemState>(n(2));
  v.worker = std::get<std::string>(c[3]);
  v.session = {static_cast<std::uint64_t>(n(4))};
  v.claimed_at = {n(5)};
  v.started_at = {n(6)};
  return v;
}

AttemptView ended_view(const ItemWindow& w, const std::vector<Value>& c) {
  const auto n = [&](std::size_t i) { return std::get<int64_t>(c[i]); };
  AttemptView v = view_of(w, c);
  v.ended_at = {n(7)};
  v.reason = static_cast<EndReason>(n(8));
  v.exit_code = static_cast<std::int32_t>(n(9));
  v.signal = static_cast<std::int32_t>(n(10));
  v.usage = {{n(11)}, {n(12)}, static_cast<std::uint64_t>(n(13))};
  v.log_bytes = static_cast<std::uint64_t>(n(14));
  v.stderr_tail = std::get<std::string>(c[15]);
  v.detail = std::get<std::string>(c[16]);
  return v;
}

template <class Each>
void each_ended(Sql& sql, const ItemWindow& w, const std::string& more, Each&& take) {
  sql.each(kEnded + more, values_of(w), {N, N, N, T, N, N, N, N, N, N, N, N, N, N, N, T, T},
           [&](std::vector<Value>& c) { take(ended_view(w, c)); });
}

// An open row stands for its item; between two attempts the newest attempt is an ended one.
template <class Each>
void each_open(Sql& sql, const ItemWindow& w, const std::string& more, Each&& take) {
  sql.each(kOpen + more, values_of(w), {N, N, N, T, N, N, N, N},
           [&](std::vector<Value>& c) { take(view_of(w, c), WallTime{std::get<int64_t>(c[7])}); });
}

bool is_held(ItemState s) {
  return s == ItemState::claimed || s == ItemState::running;
}

void lay_open(ItemRows& rows, const AttemptView& open, WallTime not_before) {
  ItemRow& row = rows[open.attempt.item.item.value];
  row.state = open.state;
  row.not_before = not_before;
  if (is_held(open.state)) row.latest = open;
}

// " AND state IN (5, 6) ORDER BY item LIMIT 17": numbers of our own only.
std::string states_text(const std::vector<ItemState>& states, std::uint32_t limit) {
  std::string out;
  for (const ItemState s : states)
    out += (out.empty() ? " AND state IN (" : ", ") + std::to_string(static_cast<int>(s));
  return out + ") ORDER BY item LIMIT " + std::to_string(limit);
}

}  // namespace

ItemRows rows_of_window(Sql& sql, const ItemWindow& window) {
  ItemRows rows;
  each_ended(sql, window, " ORDER BY item, attempt", [&](AttemptView view) {
    ItemRow& row = rows[view.attempt.item.item.value];
    row.state = view.state;
    row.latest = std::move(view);
  });
  each_open(sql, window, " ORDER BY item", [&](const AttemptView& v, WallTime at) { lay_open(rows, v, at); });
  return rows;
}

ItemRows rows_in_states(Sql& sql, const ItemWindow& window, const std::vector<ItemState>& states,
                        std::uint32_t limit) {
  std::vector<ItemState> over, open;
  for (const ItemState s : states) (is_terminal(s) ? over : open).push_back(s);
  ItemRows rows;
  if (!over.empty())
    each_ended(sql, window, states_text(over, limit), [&](AttemptView view) {
      ItemRow& row = rows[view.attempt.item.item.value];
      row.state = view.state;
      row.latest = std::move(view);
    });
  if (!open.empty()) {
    std::vector<std::uint64_t> between;
    each_open(sql, window, states_text(open, limit), [&](const AttemptView& v, WallTime at) {
      lay_open(rows, v, at);
      if (!is_held(v.state)) between.push_back(v.attempt.item.item.value);
    });
    for (const std::uint64_t item : between)
      each_ended(sql, {window.execution, window.task, item, item + 1}, " ORDER BY item, attempt",
                 [&](AttemptView view) { rows[item].latest = std::move(view); });
  }
  while (rows.size() > limit) rows.erase(std::prev(rows.end()));
  return rows;
}

std::vector<AttemptView> failures_of(Sql& sql, const ItemWindow& window, std::size_t limit) {
  std::vector<AttemptView> out;
  std::string well;  // given back or stopped in good order: it runs elsewhere
  for (const auto reason : {EndReason::succeeded, EndReason::returned, EndReason::stopped})
    well += (well.empty() ? "" : ", ") + std::to_string(static_cast<int>(reason));
  each_ended(sql, window, " AND reason NOT IN (" + well + ") ORDER BY item, attempt LIMIT " + std::to_string(limit),
             [&](AttemptView view) { out.push_back(std::move(view)); });
  return out;
}

std::vector<AttemptView> attempts_of(Sql& sql, ItemRef item) {
  const ItemWindow window{item.execution, item.task, item.item.value, item.item.value + 1};
  std::vector<AttemptView> out;
  each_ended(sql, window, " ORDER BY item, attempt",
             [&](AttemptView view) { out.push_back(std::move(view)); });
  each_open(sql, window, " ORDER BY item", [&](const AttemptView& view, WallTime) {
    if (is_held(view.state)) out.push_back(view);
  });
  return out;
}

}  // namespace argosy::catalog
