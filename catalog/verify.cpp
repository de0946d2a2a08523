#include "catalog/verify.h"

#include "catalog/sql.h"

namespace argosy::catalog {
namespace {

using std::int64_t;
constexpr auto N = Kind::number;

// A question to the tables: each row that it answers is a finding, told by `tell` with its numbers put in for
// %.
struct Question {
  const char* rule;
  const char* text;  // the condition on the execution is put in for @
  std::size_t columns;
  const char* tell;
  const char* means;
  const char* advice;
};

constexpr const char* kDamage =
    "Argosy never writes such rows: look for changes made by hand, a restore of single tables, or damage of the database (PostgreSQL: "
    "pg_amcheck; SQLite: PRAGMA integrity_check), and restore from a backup; if none is found, report a bug with these rows.";
constexpr const char* kRunAgain = "See what the items did (`argosy execution show`, their logs), then `argosy execution retry` runs "
                                  "again what did not succeed. ";
constexpr const char* kLogDoubt = "Take the attempt's log as incomplete; its end and exit status stand. ";

constexpr Question kQuestions[] = {
    {"one end",
     "SELECT t.execution, t.task, t.items, t.succeeded + t.failed + t.canceled + t.interrupted + t.skipped "
     "FROM tasks t JOIN "
     "executions x ON x.id = t.execution WHERE x.status NOT IN (1, 2, 5, 8) AND t.items <> t.succeeded + "
     "t.failed + t.canceled + "
     "t.interrupted + t.skipped AND @t",
     4,
     "execution % has ended, but of task %'s % items only % have an end: accepted work was lost or counted "
     "twice",
     "accepted items lack their one end (P4): work was lost, or was counted twice",
     kRunAgain},
    {"open",
     "SELECT o.execution, o.task, o.item, o.attempt FROM open_attempts o LEFT JOIN executions x ON x.id = "
     "o.execution WHERE "
     "(x.id IS NULL OR x.status NOT IN (1, 2, 5, 8)) AND @o",
     4, "execution % has ended, but attempt of task %, item %, number % is still open: it may be running",
     "a process may still run although its execution is told as ended (P4)",
     "Look on that worker; `argosy worker lost W` gives up what it holds if it is gone. "},
    {"open",
     "SELECT o.execution, o.task, o.item, o.attempt FROM open_attempts o WHERE o.state IN (3, 4) AND EXISTS "
     "(SELECT 1 FROM "
     "attempts d WHERE d.execution = o.execution AND d.task = o.task AND d.item = o.item AND (d.attempt >= "
     "o.attempt OR d.state "
     ">= 5)) AND @o",
     4, "execution %, task %, item %: attempt % is open although the item or a later attempt has ended",
     "the item could be run once more though it is done (P3, P4)",
     "Stop the masters before anything else, so that it is not claimed again. "},
    {"one end",
     "SELECT d.execution, d.task, d.item, count(*) FROM attempts d WHERE d.state >= 5 AND @d GROUP BY "
     "d.execution, d.task, d.item "
     "HAVING count(*) > 1",
     4, "execution %, task %, item % has % terminal ends: it must have one",
     "which end counts is not decided (P4)",
     "Compare the attempts: `argosy task show EXECUTION`. "},
    {"order",
     "SELECT d.execution, d.task, d.item, d.attempt FROM attempts d WHERE d.attempt > 1 AND NOT EXISTS "
     "(SELECT 1 FROM attempts e "
     "WHERE e.execution = d.execution AND e.task = d.task AND e.item = d.item AND e.attempt = d.attempt - 1 "
     "AND e.state IN (1, "
     "2)) AND @d",
     4, "execution %, task %, item %: attempt % does not follow an attempt that gave the item back",
     "an attempt is missing, or ran without the one before it having given the item back (P3)",
     "Compare the attempts: `argosy task show EXECUTION`. "},
    {"plan",
     "SELECT x.id, x.id, x.id, x.id FROM executions x WHERE (NOT EXISTS (SELECT 1 FROM plans p WHERE "
     "p.digest = x.plan) OR NOT "
     "EXISTS (SELECT 1 FROM tasks t WHERE t.execution = x.id)) AND @x",
     4, "execution % has no plan or no tasks",
     "nobody can tell what it was to run; no master can adopt it",
     "Submit it again, with another key. "},
    {"log",
     "SELECT c.execution, c.task, c.item, c.attempt FROM (SELECT execution, task, item, attempt, sum(length) "
     "AS bytes, max(start + "
     "length) AS stop FROM chunks c WHERE @c GROUP BY execution, task, item, attempt) c WHERE c.bytes <> "
     "c.stop",
     4, "execution %, task %, item %, attempt %: its log has a gap or an overlap",
     "bytes of the log were lost, or are there twice (P5)",
     kLogDoubt},
    {"log",
     "SELECT d.execution, d.task, d.item, d.attempt FROM attempts d WHERE d.log_bytes > 0 AND d.reason NOT "
     "IN (11, 12) AND "
     "d.log_bytes <> coalesce((SELECT c.start + c.length FROM chunks c WHERE c.execution = d.execution AND "
     "c.task = d.task AND "
     "c.item = d.item AND c.attempt = d.attempt ORDER BY c.start DESC LIMIT 1), 0) AND @d",
     4, "execution %, task %, item %, attempt %: its log is not as long as its end says",
     "the end of the log was lost, or more was recorded than the task wrote (P5)",
     kLogDoubt},
    {"log",
     "SELECT c.execution, c.task, c.item, c.attempt FROM (SELECT DISTINCT execution, task, item, attempt "
     "FROM chunks c WHERE @c) c "
     "LEFT JOIN attempts d ON d.execution = c.execution AND d.task = c.task AND d.item = c.item AND "
     "d.attempt = c.attempt WHERE "
     "(d.attempt IS NULL AND NOT EXISTS (SELECT 1 FROM open_attempts o WHERE o.execution = c.execution AND "
     "o.task = c.task AND "
     "o.item = c.item AND o.attempt = c.attempt)) OR (d.log_bytes = 0 AND d.reason NOT IN (11, 12))",
     4, "execution %, task %, item %, attempt %: there is a log that no attempt has",
     "output is there of which nobody knows who wrote it (P5)",
     kLogDoubt},
    {"overlap",
     "SELECT d.execution, d.task, d.item, d.attempt FROM attempts d JOIN attempts e ON e.execution = "
     "d.execution AND e.task = d.task "
     "AND e.item = d.item AND e.attempt = d.attempt - 1 WHERE d.attempt > 1 AND d.started_at > 0 AND "
     "e.started_at > 0 AND "
     "d.started_at < e.ended_at - CASE WHEN d.session = e.session AND e.reason NOT IN (11, 12) THEN 0 ELSE :skew END "
     "AND @d",
     4, "execution %, task %, item %: attempt % started before the one before it had ended",
     "two attempts of one item may have run at the same time (P3), or the clocks of two hosts differ by more than the skew allowed for",
     "Compare the hosts' clocks first; if they agree, take what the item wrote outside of Argosy as written twice. "},
};

// Counters against rows; items that never had an attempt are told by the task's state alone.
constexpr Question kCounters = {
    "counters",
    "SELECT t.execution, t.task, t.succeeded - coalesce(s.s5, 0), t.failed - coalesce(s.s6, 0) + "
    "t.interrupted - coalesce(s.s8, "
    "0) FROM tasks t LEFT JOIN (SELECT execution, task, CAST(sum(CASE WHEN state = 5 THEN 1 ELSE 0 END) AS "
    "BIGINT) AS s5, "
    "CAST(sum(CASE WHEN state = 6 THEN 1 ELSE 0 END) AS BIGINT) AS s6, CAST(sum(CASE WHEN state = 8 THEN 1 "
    "ELSE 0 END) AS "
    "BIGINT) AS s8 FROM attempts d WHERE @d GROUP BY execution, task) s ON s.execution = t.execution AND "
    "s.task = t.task WHERE "
    "(t.succeeded <> coalesce(s.s5, 0) OR t.failed <> coalesce(s.s6, 0) OR t.interrupted <> coalesce(s.s8, "
    "0)) AND @t",
    4, "execution %, task %: its counters are off its rows: succeeded by %, failed and interrupted by %",
    "what `execution show` counts is not what happened; a tolerance (max_failures) may have been judged wrongly",
    kRunAgain};

class Verifier {
 public:
  Verifier(Sql& sql, const VerifyOptions& options) : sql_(sql), options_(options) {}

  Verdict judge() {
    for (const Question& question : kQuestions) ask(question);
    ask(kCounters);
    verdict_.executions = count("SELECT count(*) FROM executions x WHERE @x");
    verdict_.tasks = count("SELECT CAST(coalesce(sum(t.items), 0) AS BIGINT) FROM tasks t WHERE @t");
    verdict_.attempts = count("SELECT count(*) FROM attempts d WHERE @d") +
                        count("SELECT count(*) FROM open_attempts o WHERE @o");
    verdict_.log_bytes = count("SELECT CAST(coalesce(sum(c.length), 0) AS BIGINT) FROM chunks c WHERE @c");
    return std::move(verdict_);
  }

 private:
  // "@d" becomes the condition that the row aliased d is of the execution asked for. Numbers of our own only.
  std::string statement(const std::string& text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '@') {
        const char alias = text[++i];
        const std::string column = std::string(1, alias) + (alias == 'x' ? ".id" : ".execution");
        out += options_.execution.value ? column + " = " + std::to_string(options_.execution.value) : "1 = 1";
      } else if (text.compare(i, 5, ":skew") == 0) {
        out += std::to_string(options_.clock_skew.us);
        i += 4;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  void ask(const Question& question) {
    if (options_.stop.stop_requested()) throw Failure{Trouble::unavailable, "stopped before all was looked at"};
    const std::string text =
        statement(question.text) + " LIMIT " + std::to_string(options_.findings_most + 1);
    sql_.each(text, {}, std::vector<Kind>(question.columns, N), [&](std::vector<Value>& cells) {
      if (verdict_.findings.size() >= options_.findings_most) {
        verdict_.more = true;
        return;
      }
      verdict_.findings.push_back(
          {question.rule, told(question.tell, cells), question.means, std::string(question.advice) + kDamage});
    });
  }

  static std::string told(const std::string& tell, const std::vector<Value>& cells) {
    std::string out;
    std::size_t next = 0;
    for (const char c : tell) {
      if (c == '%')
        out += std::to_string(std::get<int64_t>(cells[next++]));
      else
        out += c;
    }
    return out;
  }

  std::uint64_t count(const std::string& text) {
    return static_cast<std::uint64_t>(std::get<0>(*sql_.row<int64_t>(statement(text))));
  }

  Sql& sql_;
  const VerifyOptions& options_;
  Verdict verdict_;
};

}  // namespace

Result<Verdict> verify(Catalog& catalog, const VerifyOptions& options) {
  Sql& sql = catalog.sql();
  return sql.read([&] { return Verifier(sql, options).judge(); });
}

}  // namespace argosy::catalog
