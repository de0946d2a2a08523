// Operation messages: the audit trail. Masters also write them in batches (work.h).
//
// Owner, thread rule, failure: catalog.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "schemas/records.h"

namespace argosy::catalog {

struct Operation {
  std::uint64_t id = 0;
  OperationRow row;
};

// Texts: empty matches all; `object` also matches as a prefix up to a blank ("worker", "worker w1").
struct OperationFilter {
  std::string who;
  std::string verb;
  std::string object;
  std::uint64_t before = 0;  // only smaller ids; 0: from the newest
  std::uint32_t limit = 1000;
};

// A deed and what names it: the same request again finds it done.
struct Deed {
  OperationRow row;
  std::string request;
};
// Inside a write that removes something: notes the deed where it `changed` anything. False: it did not, and the same request
// did not before.
bool note_deed(Sql& sql, const Deed& deed, bool changed);

// `request` names the act: the same again writes nothing. Empty: always written.
Status note_operation(Catalog& catalog, const OperationRow& row, const std::string& request);
Result<std::vector<Operation>> list_operations(Catalog& catalog,
                                               const OperationFilter& filter);  // newest first

}  // namespace argosy::catalog
