// P6, a second active does no harm: nothing is committed under a term that another has followed.
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P6 : public Witness {
 public:
  using Witness::Witness;

  void committed(const Batch& batch, const BatchOutcome&, Term current) override {
    if (batch.fence.term == current) return;
    report("a batch of term " + std::to_string(batch.fence.term.value) + " was committed in term " +
           std::to_string(current.value));
  }
};

}  // namespace

std::unique_ptr<Witness> witness_p6(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P6>("P6", truth, reports);
}

}  // namespace argosy::sim
