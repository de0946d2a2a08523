// P10, every wait has a reason: whoever asks about an execution that has not ended is told at least one.
#include "catalog/views.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P10 : public Witness {
 public:
  using Witness::Witness;

  void explained(ExecutionId execution, const std::vector<std::string>& reasons) override {
    const auto view = catalog::show_execution(truth_, execution);
    if (!view.ok() || !*view || is_terminal((**view).status)) return;
    const std::string which = "execution " + std::to_string(execution.value) + " is " + std::string(to_string((**view).status));
    if (reasons.empty()) return report(which + ", and explain gives no reason");
    for (const std::string& reason : reasons) {
      if (reason.empty()) report(which + ", and explain gives an empty reason");
    }
  }
};

}  // namespace

std::unique_ptr<Witness> witness_p10(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P10>("P10", truth, reports);
}

}  // namespace argosy::sim
