// P6, a second active does no harm: nothing is committed under a term that another has followed, no term or serial of the fleet
// that was given before a restore is given again after it, and nobody goes back to a broker of an earlier epoch, or heeds it.
// (That a standby takes over only if nobody answers is seen in broker_process.cpp.)
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
    if (const auto* word = std::get_if<Holding>(&message.word)) {
      for (const ShardTerm& reign : word->holds) held(by, reign);
    }
    if (const auto* word = std::get_if<Roster>(&message.word)) told_fleet(by, word->serial);
  }

  void heeded(const std::string& by, const Message& message, const Epoch& highest) override {
    if (message.envelope.epoch >= highest) return;
    report(by + " heeds a word of epoch " + std::to_string(message.envelope.epoch.number) + " after " + std::to_string(highest.number));
  }

  void restored() override { former_ = given_, former_fleet_ = fleet_; }

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
  // Else brokers and workers that knew the former holder take this one for it, or for one that was followed.
  void held(const std::string& by, const ShardTerm& reign) {
    Term& given = given_[reign.shard];
    given = std::max(given, reign.term);
    if (reign.term > former_[reign.shard]) return;
    report(by + " holds shard " + std::to_string(reign.shard.value) + " at term " + std::to_string(reign.term.value) +
           ", and terms up to " + std::to_string(former_[reign.shard].value) + " were given before the restore");
  }

  // Else brokers keep the fleet of the former catalog.
  void told_fleet(const std::string& by, std::uint64_t serial) {
    fleet_ = std::max(fleet_, serial);
    if (serial > former_fleet_) return;
    report(by + " tells a fleet of serial " + std::to_string(serial) + ", and those up to " + std::to_string(former_fleet_) +
           " were told before the restore");
  }

  std::map<std::string, Epoch> highest_;
  std::map<ShardId, Term> given_, former_;  // the highest: of all, and before the latest restore
  std::uint64_t fleet_ = 0, former_fleet_ = 0;  // its serial: likewise
};

}  // namespace

std::unique_ptr<Witness> witness_p6(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P6>("P6", truth, reports);
}

}  // namespace argosy::sim
