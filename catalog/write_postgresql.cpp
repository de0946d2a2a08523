// A batch on PostgreSQL: one call of write_batch() with arrays, which commits by itself.
#include <charconv>

#include "catalog/array_text.h"
#include "catalog/batch_rows.h"

namespace argosy::catalog {
namespace {

// The parameters of write_batch, in its order.
class Call {
 public:
  void number(std::int64_t n) { values_.emplace_back(n); }
  void text(std::string s) { values_.emplace_back(std::move(s)); }
  // One array for each field of the rows.
  template <class Rows, class... Fields>
  void arrays(const Rows& rows, Fields... fields) {
    (values_.emplace_back(array_text(rows, fields)), ...);
  }

  std::vector<Value> take() { return std::move(values_); }

 private:
  std::vector<Value> values_;
};

std::string tasks_text(const std::vector<FirstTask>& tasks) {
  std::string out;
  for (const FirstTask& t : tasks) {
    if (!out.empty()) out += ';';
    out += std::to_string(static_cast<int>(t.state)) + "," + std::to_string(t.items) + "," +
           std::to_string(t.low) + "," + std::to_string(t.high) + "," + std::to_string(t.succeeded);
  }
  return out;
}

std::string carried_text(const std::vector<CarriedRun>& runs) {
  std::string out;
  for (const CarriedRun& run : runs) {
    if (!out.empty()) out += ';';
    out += std::to_string(run.task) + "," + std::to_string(run.first) + "," + std::to_string(run.stop);
  }
  return out;
}

void add_admissions(Call& call, const BatchRows& rows, bool with_plans) {
  std::vector<const Plan*> plans;
  std::vector<std::pair<std::string, std::string>> contents;
  for (const auto& [digest, plan] : rows.plan_bodies) {
    if (!with_plans) break;
    plans.push_back(&plan);
    for (const auto& content : plan.contents) contents.emplace_back(digest, content);
  }
  call.arrays(
      plans, [](const Plan* p) { return p->digest; }, [](const Plan* p) { return Bytes{p->body}; });
  call.arrays(
      contents, [](const auto& c) { return c.first; }, [](const auto& c) { return c.second; });
  const auto& all = rows.batch.admissions;
  using A = Admission;
  call.arrays(
      all, [](const A& a) { return a.submitter; }, [](const A& a) { return a.key; },
      [](const A& a) { return a.request_digest; }, [](const A& a) { return a.project; },
      [](const A& a) { return a.version; }, [](const A& a) { return a.content; },
      [](const A& a) { return a.environment; }, [](const A& a) { return a.package.name; });
  call.arrays(rows.plans, [](const std::string& digest) { return digest; });
  call.arrays(
      all, [](const A& a) { return pack(a.parameters); },
      [](const A& a) { return Bytes{pack(a.sealed_parameters)}; }, [](const A& a) { return pack(a.workers); },
      [](const A& a) { return pack(a.worker_tags); }, [](const A& a) { return a.priority; },
      [](const A& a) { return a.batch; }, [](const A& a) { return a.retry_of ? a.retry_of->value : 0; },
      [](const A& a) { return a.at.us; });
  call.arrays(rows.first, tasks_text);
  call.arrays(rows.carried, carried_text);
}

// The columns that name an attempt.
template <class Rows, class Ref>
void add_refs(Call& call, const Rows& rows, Ref ref) {
  call.arrays(
      rows, [ref](const auto& r) { return ref(r).item.execution.value; },
      [ref](const auto& r) { return ref(r).item.task.value; },
      [ref](const auto& r) { return ref(r).item.item.value; },
      [ref](const auto& r) { return ref(r).attempt.value; });
}

void add_outputs(Call& call, const std::vector<OutputRow>& rows) {
  using R = OutputRow;
  add_refs(call, rows, [](const R& r) { return r.chunk.attempt; });
  call.arrays(
      rows, [](const R& r) { return r.chunk.offset; }, [](const R& r) { return r.chunk.length; },
      [](const R& r) { return static_cast<int>(r.chunk.codec); },
      [](const R& r) { return Bytes{pack_pieces(r.chunk.pieces)}; },
      [](const R& r) { return Bytes{r.chunk.data}; });
}

void add_ends(Call& call, const std::vector<EndRow>& rows) {
  using R = EndRow;
  add_refs(call, rows, [](const R& r) { return r.end.attempt; });
  call.arrays(
      rows, [](const R& r) { return static_cast<int>(r.item); },
      [](const R& r) { return static_cast<int>(r.end.reason); }, [](const R& r) { return r.end.exit_code; },
      [](const R& r) { return r.end.signal; }, [](const R& r) { return r.end.started_at.us; },
      [](const R& r) { return r.end.ended_at.us; }, [](const R& r) { return r.end.usage.user.us; },
      [](const R& r) { return r.end.usage.system.us; }, [](const R& r) { return r.end.usage.max_rss_bytes; },
      [](const R& r) { return r.end.log_bytes; }, [](const R& r) { return r.end.stderr_tail; },
      [](const R& r) { return pack(r.end.outputs); }, [](const R& r) { return r.end.detail; },
      [](const R& r) { return r.not_before.us; },
      [](const R& r) { return budget_of(r.end.reason) == Budget::retry ? 1 : 0; },
      [](const R& r) { return budget_of(r.end.reason) == Budget::interruption ? 1 : 0; });
}

void add_claims(Call& call, const std::vector<ClaimRow>& rows) {
  using R = ClaimRow;
  add_refs(call, rows, [](const R& r) { return r.attempt; });
  call.arrays(
      rows, [](const R& r) { return r.worker; }, [](const R& r) { return r.session.value; },
      [](const R& r) { return r.at.us; });
}

void add_progress(Call& call, const BatchRows& rows) {
  using T = const TaskRow*;
  call.arrays(
      rows.tasks, [](T t) { return t->execution.value; }, [](T t) { return t->task.value; },
      [](T t) { return static_cast<int>(t->state); }, [](T t) { return t->low; }, [](T t) { return t->high; },
      [](T t) { return t->succeeded; }, [](T t) { return t->failed; }, [](T t) { return t->canceled; },
      [](T t) { return t->interrupted; }, [](T t) { return t->skipped; },
      [](T t) { return pack(t->outputs); });
  using X = ExecutionRow;
  call.arrays(
      rows.executions, [](const X& x) { return x.execution.value; },
      [](const X& x) { return static_cast<int>(x.status); }, [](const X& x) { return x.started_at.us; },
      [](const X& x) { return x.ended_at.us; }, [](const X& x) { return x.detail; });
  using O = OperationRow;
  call.arrays(
      rows.batch.operations, [](const O& o) { return o.at.us; }, [](const O& o) { return o.who; },
      [](const O& o) { return o.verb; }, [](const O& o) { return o.object; },
      [](const O& o) { return o.detail; });
}

std::string statement(std::size_t parameters) {
  std::string text = "SELECT write_batch(";
  for (std::size_t i = 0; i < parameters; ++i) text += (i ? ", :p" : ":p") + std::to_string(i);
  return text + ")";
}

// "ok;1,17;2,5"
std::vector<AdmissionOutcome> outcomes_in(std::string_view answer) {
  std::vector<AdmissionOutcome> out;
  for (std::size_t at = answer.find(';'); at != std::string_view::npos; at = answer.find(';', at + 1)) {
    AdmissionOutcome outcome;
    outcome.outcome = static_cast<Admitted>(answer[at + 1] - '0');
    std::from_chars(answer.data() + at + 3, answer.data() + answer.size(), outcome.execution.value);
    out.push_back(outcome);
  }
  return out;
}

}  // namespace

std::vector<AdmissionOutcome> write_postgresql(Sql& sql, const BatchRows& rows, bool with_plans) {
  const Batch& batch = rows.batch;
  Call call;
  call.number(batch.fence.shard.value);
  call.number(static_cast<std::int64_t>(batch.fence.term.value));
  call.number(batch.only_confirms());
  call.text(rows.source);
  add_admissions(call, rows, with_plans);
  add_refs(call, batch.starts, [](const StartRow& r) { return r.attempt; });
  call.arrays(batch.starts, [](const StartRow& r) { return r.at.us; });
  add_outputs(call, batch.outputs);
  add_ends(call, batch.ends);
  add_claims(call, batch.claims);
  add_progress(call, rows);
  auto values = call.take();
  static const std::string text = statement(values.size());
  std::string answer;
  sql.each(text, std::move(values), {Kind::text},
           [&](std::vector<Value>& cells) { answer = std::get<std::string>(cells[0]); });
  if (answer == "fenced") throw Failure{Trouble::fenced, "the shard's term no longer stands"};
  if (answer == "plans") {  // a plan that was there before is gone
    CHECK(!with_plans);
    return write_postgresql(sql, rows, true);
  }
  return outcomes_in(answer);
}

}  // namespace argosy::catalog
