// A batch made ready for either dialect: checked text, one row for each task and execution, plans by digest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/fields.h"
#include "catalog/sql.h"
#include "schemas/records.h"

namespace argosy::catalog {

struct BatchRows {
  explicit BatchRows(const Batch& batch);

  const Batch& batch;
  std::string source;                            // names the batch: "shard/term/id"
  std::vector<std::string> plans;                // for each admission: its plan's digest
  std::map<std::string, Plan> plan_bodies;       // by digest
  std::vector<std::vector<CarriedRun>> carried;  // for each admission
  std::vector<std::vector<FirstTask>> first;     // for each admission
  std::vector<const TaskRow*> tasks;             // the last one of each task
  std::vector<ExecutionRow> executions;          // the last one of each execution
};

// The first row whose text is not UTF-8 or has a NUL; says which.
struct Unclean {
  Culprit culprit;
  std::string what;
};
std::optional<Unclean> find_unclean(const Batch& batch);

// Thrown as Failure{refused} by a dialect for one row: the message says "culprit ROWS PLACE: why".
std::string culprit_text(Culprit culprit, const std::string& why);
std::optional<Culprit> culprit_in(const std::string& message);
std::string_view name_of(Culprit::Rows rows);

// The two dialects. Inside Sql::write or Sql::single; throw Failure. Return the outcome of each admission.
std::vector<AdmissionOutcome> write_sqlite(Sql& sql, const BatchRows& rows);
std::vector<AdmissionOutcome> write_postgresql(Sql& sql, const BatchRows& rows, bool with_plans);

}  // namespace argosy::catalog
