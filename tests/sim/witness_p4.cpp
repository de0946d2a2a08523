// P4, ended once: an item's end and an attempt's end stand as they were first committed; what has ended is neither claimed
// nor run again; an end says what the process did (in this life of the catalog); after a cancel was confirmed nothing is claimed; in the end all has ended.
#include <map>
#include <optional>
#include <set>

#include "catalog/verify.h"
#include "catalog/views.h"
#include "schemas/states.h"
#include "schemas/transcript.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P4 : public Witness {
 public:
  using Witness::Witness;

  void said(const std::string& /*by*/, const Message& message) override {
    if (const auto* ask = std::get_if<Ask>(&message.word)) {
      const std::size_t digits = ask->arguments.find_first_of("0123456789");
      cancels_[{message.envelope.from.name, ask->request}] = ExecutionId{std::stoull(ask->arguments.substr(digits))};
    }
    if (const auto* answer = std::get_if<Answer>(&message.word)) confirmed({message.envelope.to.name, answer->request});
  }

  void began(const Deed& deed) override {
    const auto it = known_.items.find(deed.attempt.item);
    if (it == known_.items.end()) return;
    report(to_text(deed.attempt) + " runs on " + deed.worker + ", and its item has ended: " +
           std::string(to_string(it->second)));
  }

  void gone(const Deed& deed) override {
    if (deed.life == life_) deeds_[deed.attempt] = deed;
  }

  void backed_up() override { kept_ = known_; }
  void restored() override {
    known_ = kept_;
    deeds_.clear();  // what began in an earlier life of the catalog counts no more
    ++life_;
  }

  void committed(const Batch& batch, const BatchOutcome&, Term) override {
    for (const ClaimRow& row : batch.claims) claimed(row);
    for (const EndRow& row : batch.ends) ended(row);
  }

  void finish() override {
    for (const auto& [attempt, first] : known_.ends) compare(attempt, first);
    const auto all = catalog::list_executions(truth_, {});
    if (!all.ok()) return report("the catalog cannot be listed: " + all.error().message);
    for (const catalog::ExecutionView& view : *all) {
      const TaskCounts& c = view.counts;
      const std::uint64_t over = c.succeeded + c.failed + c.canceled + c.interrupted + c.skipped;
      if (is_terminal(view.status) && over == c.total) continue;
      report("execution " + std::to_string(view.id.value) + " is " + std::string(to_string(view.status)) + " with " +
             std::to_string(over) + " of " + std::to_string(c.total) + " items ended");
    }
    const auto verdict = catalog::verify(truth_, {{}, seconds(2), 20});
    if (!verdict.ok()) return report("verify fails: " + verdict.error().message);
    for (const catalog::Finding& finding : verdict->findings) report("verify, " + finding.rule + ": " + finding.text);
  }

 private:
  void confirmed(const std::pair<std::string, std::string>& request) {
    const auto it = cancels_.find(request);
    if (it == cancels_.end()) return;
    const auto view = catalog::show_execution(truth_, it->second);
    const bool stands = view.ok() && *view && ((**view).status == ExecutionStatus::stopping || is_terminal((**view).status));
    if (!stands) report("the cancel of execution " + std::to_string(it->second.value) + " was confirmed, and is not committed");
    known_.stopped.insert(it->second);
  }

  void claimed(const ClaimRow& row) {
    if (!known_.claims.insert(row.attempt).second) return;  // the same batch again
    const ItemRef& item = row.attempt.item;
    if (known_.items.contains(item)) report(to_text(row.attempt) + " is claimed, and its item has ended");
    if (known_.stopped.contains(item.execution)) report(to_text(row.attempt) + " is claimed after the cancel was confirmed");
  }

  void ended(const EndRow& row) {
    const AttemptRef& attempt = row.end.attempt;
    if (!known_.ends.emplace(attempt, row).second) return;
    if (is_terminal(row.item)) known_.items.emplace(attempt.item, row.item);
    if (row.end.reason != EndReason::succeeded && row.end.reason != EndReason::exit_status) return;
    const auto deed = deeds_.find(attempt);
    const bool did = deed != deeds_.end() && deed->second.by_itself && deed->second.exit_code == row.end.exit_code;
    if (!did) report(to_text(attempt) + " is recorded as " + std::string(to_string(row.end.reason)) + ", which its process was not");
  }

  void compare(AttemptRef attempt, const EndRow& first) {
    const auto attempts = catalog::list_attempts(truth_, attempt.item);
    if (!attempts.ok()) return report("attempts cannot be listed: " + attempts.error().message);
    for (const catalog::AttemptView& view : *attempts) {
      if (view.attempt != attempt) continue;
      if (view.reason == first.end.reason && view.exit_code == first.end.exit_code && (view.state == first.item || !is_terminal(first.item))) return;
      return report(to_text(attempt) + " ended as " + std::string(to_string(first.end.reason)) + " (" +
                    std::string(to_string(first.item)) + "), and the catalog now says " +
                    std::string(to_string(view.reason)) + " (" + std::string(to_string(view.state)) + ")");
    }
    report(to_text(attempt) + " ended, and the catalog does not have it");
  }

  std::map<std::pair<std::string, std::string>, ExecutionId> cancels_;  // by client and request
  struct Known {                          // of what is committed
    std::set<ExecutionId> stopped;
    std::set<AttemptRef> claims;
    std::map<AttemptRef, EndRow> ends;
    std::map<ItemRef, ItemState> items;   // that have ended
  };
  Known known_, kept_;                    // now, and at the backup
  std::map<AttemptRef, Deed> deeds_;
  std::uint32_t life_ = 0;
};

}  // namespace

std::unique_ptr<Witness> witness_p4(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P4>("P4", truth, reports);
}

}  // namespace argosy::sim
