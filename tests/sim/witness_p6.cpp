// P6, a second active does no harm: nothing is committed under a term that another has followed, and nobody goes back to a
// broker of an earlier epoch. (That a standby takes over only if nobody answers is seen in broker_process.cpp.)
#include <map>

#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P6 : public Witness {
 public:
  using Witness::Witness;

  void said(const std::string& by, const Message& message) override {
    Epoch& highest = highest_[by];
    if (message.envelope.epoch < highest) {
      report(by + " speaks in epoch " + std::to_string(message.envelope.epoch.number) + " after " + std::to_string(highest.number));
    }
    highest = std::max(highest, message.envelope.epoch);
  }

  // Workers keep it on disk.
  void process_ended(const std::string& party) override {
    if (!party.starts_with("worker/")) highest_.erase(party);
  }

  void committed(const Batch& batch, const BatchOutcome&, Term current) override {
    if (batch.fence.term == current) return;
    report("a batch of term " + std::to_string(batch.fence.term.value) + " was committed in term " +
           std::to_string(current.value));
  }

 private:
  std::map<std::string, Epoch> highest_;
};

}  // namespace

std::unique_ptr<Witness> witness_p6(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P6>("P6", truth, reports);
}

}  // namespace argosy::sim
