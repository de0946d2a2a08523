#include "catalog/work.h"

#include <algorithm>
#include <limits>
#include <set>

#include "catalog/batch_rows.h"

namespace argosy::catalog {
namespace {

std::vector<AdmissionOutcome> write_rows(Sql& sql, const BatchRows& rows) {
  return sql.postgresql() ? write_postgresql(sql, rows, true) : write_sqlite(sql, rows);
}

BatchVerdict verdict_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::none:
      return BatchVerdict::committed;
    case Trouble::fenced:
      return BatchVerdict::fenced;
    case Trouble::unknown:
      return BatchVerdict::unknown;
    case Trouble::refused:
      return BatchVerdict::refused;
    case Trouble::unavailable:
    case Trouble::schema:
      return BatchVerdict::unavailable;
  }
  CHECK(false);
}

std::size_t size_of(const Batch& b) {
  return b.admissions.size() + b.claims.size() + b.starts.size() + b.outputs.size() + b.ends.size() +
         b.tasks.size() + b.executions.size() + b.operations.size();
}

// The first rows of the batch, in the order in which they are written: each leans on those before it alone.
Batch first_of(Batch b, std::size_t count) {
  const auto keep = [&](auto& rows) {
    const std::size_t kept = std::min(count, rows.size());
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end());
    count -= kept;
  };
  keep(b.admissions), keep(b.starts), keep(b.outputs), keep(b.ends), keep(b.claims);
  keep(b.tasks), keep(b.executions), keep(b.operations);
  return b;
}

// Required: there is a row.
Culprit last_of(const Batch& b) {
  using Rows = Culprit::Rows;
  if (!b.operations.empty()) return {Rows::operations, b.operations.size() - 1};
  if (!b.executions.empty()) return {Rows::executions, b.executions.size() - 1};
  if (!b.tasks.empty()) return {Rows::tasks, b.tasks.size() - 1};
  if (!b.claims.empty()) return {Rows::claims, b.claims.size() - 1};
  if (!b.ends.empty()) return {Rows::ends, b.ends.size() - 1};
  if (!b.outputs.empty()) return {Rows::outputs, b.outputs.size() - 1};
  if (!b.starts.empty()) return {Rows::starts, b.starts.size() - 1};
  return {Rows::admissions, b.admissions.size() - 1};
}

// The batch failed for its content and the database did not say which row: the shortest beginning of it that fails, in
// transactions that are rolled back, ends with the culprit. A half alone would not do: it may lack what its rows lean on.
std::optional<Culprit> find_culprit(Sql& sql, const Batch& batch) {
  const auto fails = [&](std::size_t count) -> std::optional<bool> {
    const Batch part = first_of(batch, count);
    const BatchRows rows(part);
    if (sql.rehearse([&] { return write_rows(sql, rows).size(); }).ok()) return false;
    if (sql.trouble() == Trouble::refused) return true;
    return std::nullopt;  // the catalog is away: nobody is accused
  };
  std::size_t low = 0, high = size_of(batch);
  if (high == 0 || !fails(high).value_or(false)) return std::nullopt;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    const auto failed = fails(middle);
    if (!failed) return std::nullopt;
    (*failed ? high : low) = middle;
  }
  return last_of(first_of(batch, high));
}

BatchOutcome refused(Sql& sql, const Batch& batch, const std::string& message, bool rehearse) {
  BatchOutcome outcome{
      .id = batch.id, .verdict = BatchVerdict::refused, .admissions = {}, .detail = message, .culprit = {}};
  outcome.culprit = culprit_in(message);
  if (!outcome.culprit && rehearse) {
    sql.set_trouble(Trouble::refused);
    outcome.culprit = find_culprit(sql, batch);
    const Trouble met = sql.trouble();
    if (!outcome.culprit && met != Trouble::refused && met != Trouble::none) {  // nobody can be accused now
      outcome.verdict = verdict_of(met);
      return outcome;
    }
  }
  if (outcome.culprit && outcome.detail.find("culprit ") == std::string::npos)
    outcome.detail = culprit_text(*outcome.culprit, message);
  sql.set_trouble(Trouble::refused);
  return outcome;
}

// A batch whose outcome was unknown is written again, and finds its own execution under the key. To its master that is
// fresh: it has not begun it yet. Told by the admission's time, and by nobody having gone on with it. A key that stands in
// the batch twice is fresh once.
Status tell_own_repeats(Sql& sql, const Batch& batch, std::vector<AdmissionOutcome>& outcomes) {
  const auto is_repeat = [](const AdmissionOutcome& o) { return o.outcome == Admitted::repeated; };
  if (std::none_of(outcomes.begin(), outcomes.end(), is_repeat)) return Done{};
  std::set<ExecutionId> fresh;
  for (const AdmissionOutcome& each : outcomes)
    if (each.outcome == Admitted::fresh) fresh.insert(each.execution);
  return sql.read([&] {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (!is_repeat(outcomes[i]) || fresh.contains(outcomes[i].execution)) continue;
      const auto own = sql.row<std::int64_t>(
          "SELECT 1 FROM executions WHERE id = :a AND shard = :b AND status = 1 AND created_at = :c",
          outcomes[i].execution.value, batch.fence.shard.value, batch.admissions[i].at.us);
      if (!own) continue;
      outcomes[i].outcome = Admitted::fresh;
      fresh.insert(outcomes[i].execution);
    }
    return Done{};
  });
}

}  // namespace

BatchOutcome write(Catalog& catalog, const Batch& batch) {
  Sql& sql = catalog.sql();
  if (const auto unclean = find_unclean(batch))
    return refused(sql, batch, culprit_text(unclean->culprit, unclean->what), false);
  const BatchRows rows(batch);
  auto written = sql.single([&] { return write_rows(sql, rows); });
  if (!written && sql.trouble() == Trouble::refused)
    return refused(sql, batch, written.error().message, true);
  BatchOutcome outcome{
      .id = batch.id, .verdict = verdict_of(sql.trouble()), .admissions = {}, .detail = {}, .culprit = {}};
  if (!written) {
    outcome.detail = written.error().message;
    return outcome;
  }
  outcome.admissions = std::move(*written);
  if (const Status told = tell_own_repeats(sql, batch, outcome.admissions); !told) {
    outcome.verdict = BatchVerdict::unknown;
    outcome.admissions.clear();
    outcome.detail = told.error().message;
  }
  return outcome;
}

Result<ShardTerm> take_shard(Catalog& catalog, ShardId shard, const std::string& master, WallTime now, std::optional<Term> heard) {
  const auto beyond = heard ? static_cast<std::int64_t>(heard->value) : std::numeric_limits<std::int64_t>::max();
  Sql& sql = catalog.sql();
  return sql.write([&] {
    sql.run("INSERT INTO shards(shard, term, master, taken_at) VALUES (:a, coalesce((SELECT CAST(value AS BIGINT) FROM "
            "properties WHERE name = 'terms_from'), 0), '', 0) ON CONFLICT DO NOTHING",
            shard.value);
    const auto taken = sql.run("UPDATE shards SET term = term + 1, master = :a, taken_at = :b WHERE shard = :c AND "
                               "(master = :d OR term <= :e OR taken_at <= :f OR taken_at >= :g)",
                               master, now.us, shard.value, master, beyond, now.us - kAdoption.us, now.us + kAdoption.us);
    if (taken == 0) refuse("another master has just taken it");
    const auto row = sql.row<std::int64_t>("SELECT term FROM shards WHERE shard = :a", shard.value);
    return ShardTerm{shard, {static_cast<std::uint64_t>(std::get<0>(*row))}};
  });
}

}  // namespace argosy::catalog
