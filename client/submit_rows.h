// The rows of a batch on their way to the cluster: looked at before the first is sent, and told apart afterwards.
//
// Owner: submit. Thread rule: the session's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client/batch_file.h"
#include "client/session.h"
#include "client/trouble.h"
#include "schemas/package.h"

namespace argosy::client {

// Why one row makes no execution.
struct RowTrouble {
  std::size_t row = 0;  // from 0
  Trouble what;
};

// Rows whose parameters `package` does not take. A parameter without `from` has no other giver than the row and its default.
std::vector<RowTrouble> check_rows(const Package& package, const std::vector<BatchRow>& rows);

struct Sent {
  std::vector<ExecutionId> executions;  // by row; 0: none
  bool repeated = false;
  std::vector<RowTrouble> refused;      // by row
  std::optional<Trouble> cut;           // the answers of the other rows never came

  std::size_t accepted() const;
};

// Says all and waits until each is answered, or the session's patience is over. Each has a key of its own: saying the same
// again is safe.
Sent send_all(Session& session, const std::vector<Submit>& submits);

// "row 4: what", a line each; of very many the first ones.
std::string lines_of(const std::vector<RowTrouble>& rows);

}  // namespace argosy::client
