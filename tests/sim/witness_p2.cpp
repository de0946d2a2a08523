// P2, claimed before started: when a process begins, the catalog names its attempt, its worker and its worker's session.
#include "catalog/views.h"
#include "schemas/transcript.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P2 : public Witness {
 public:
  using Witness::Witness;

  void began(const Deed& deed) override {
    const auto attempts = catalog::list_attempts(truth_, deed.attempt.item);
    if (attempts.ok()) {
      for (const catalog::AttemptView& view : *attempts) {
        if (view.attempt == deed.attempt && view.worker == deed.worker && view.session == deed.session) return;
      }
    }
    report(deed.worker + " runs " + to_text(deed.attempt) + " in session " + std::to_string(deed.session.value) +
           ", and the catalog has no such claim");
  }
};

}  // namespace

std::unique_ptr<Witness> witness_p2(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P2>("P2", truth, reports);
}

}  // namespace argosy::sim
