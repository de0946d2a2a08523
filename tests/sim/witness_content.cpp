// Content: a task finds the files that were accepted with its execution, whole, and no others; none ends for want of files that
// the catalog has.
#include <map>

#include "schemas/transcript.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class ContentWitness : public Witness {
 public:
  using Witness::Witness;

  void committed(const Batch& batch, const BatchOutcome& outcome, Term) override {
    for (std::size_t i = 0; i < batch.admissions.size(); ++i) {
      const AdmissionOutcome& admitted = outcome.admissions[i];
      if (admitted.outcome == Admitted::fresh) content_[admitted.execution] = batch.admissions[i].content;
    }
    for (const EndRow& row : batch.ends) {
      if (row.end.reason == EndReason::content_missing) report(to_text(row.end.attempt) + " ended: " + row.end.detail);
    }
  }

  void began(const Deed& deed) override {
    const std::string& accepted = content_[deed.attempt.item.execution];
    if (deed.content == accepted) return;
    report(to_text(deed.attempt) + " begins with content '" + deed.content + "', and '" + accepted + "' was accepted");
  }

 private:
  std::map<ExecutionId, std::string> content_;  // digests
};

}  // namespace

std::unique_ptr<Witness> witness_content(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<ContentWitness>("content", truth, reports);
}

}  // namespace argosy::sim
