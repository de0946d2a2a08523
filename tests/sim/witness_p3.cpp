// P3, no overlap: of one item there is at most one process, on all hosts together.
#include <map>

#include "schemas/transcript.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P3 : public Witness {
 public:
  using Witness::Witness;

  void began(const Deed& deed) override {
    const auto [other, is_new] = alive_.emplace(deed.attempt.item, deed);
    if (is_new) return;
    report(to_text(deed.attempt) + " begins on " + deed.worker + " while " + to_text(other->second.attempt) + " runs on " +
           other->second.worker);
  }

  void gone(const Deed& deed) override {
    const auto it = alive_.find(deed.attempt.item);
    if (it != alive_.end() && it->second.attempt == deed.attempt && it->second.session == deed.session) alive_.erase(it);
  }

 private:
  std::map<ItemRef, Deed> alive_;
};

}  // namespace

std::unique_ptr<Witness> witness_p3(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P3>("P3", truth, reports);
}

}  // namespace argosy::sim
