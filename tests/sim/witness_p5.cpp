// P5, nothing told is lost: a worker forgets an end or log bytes only when the catalog has them; what is stored is what was
// written, without a gap; an end that a worker reported has its whole log; a new holder reads its shard from the catalog that keeps
// what is committed, never from a former primary.
#include <map>

#include "catalog/logs.h"
#include "catalog/views.h"
#include "schemas/transcript.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P5 : public Witness {
 public:
  using Witness::Witness;

  void gone(const Deed& deed) override {
    if (deed.life == life_) deeds_[deed.attempt] = deed;
  }

  void backed_up() override { kept_ = ends_; }
  void restored() override {
    ends_ = kept_;
    deeds_.clear();
    ++life_;
  }

  void committed(const Batch& batch, const BatchOutcome&, Term) override {
    for (const OutputRow& row : batch.outputs) compare(row.chunk);
    for (const EndRow& row : batch.ends) ends_.emplace(row.end.attempt, row.end);
  }

  void adopted(ShardTerm reign, const catalog::Catalog& shown) override {
    if (&shown == &truth_) return;
    report("the holder of shard " + std::to_string(reign.shard.value) + " at term " + std::to_string(reign.term.value) +
           " has read it from another catalog than the one that keeps what is committed");
  }

  void forgot(const std::string& worker, AttemptRef attempt, bool had_end) override {
    if (!had_end) return;
    const auto attempts = catalog::list_attempts(truth_, attempt.item);
    if (!attempts.ok()) return report("attempts cannot be listed: " + attempts.error().message);
    for (const catalog::AttemptView& view : *attempts) {
      if (view.attempt == attempt && view.ended_at == WallTime{}) {
        return report(worker + " forgot the end of " + to_text(attempt) + ", which the catalog has as " +
                      std::string(to_string(view.state)));
      }
    }
  }

  void forgot_log(const std::string& worker, AttemptRef attempt, std::uint64_t offset) override {
    const auto size = catalog::log_size(truth_, attempt);
    if (!size.ok()) return report("the log cannot be read: " + size.error().message);
    if (*size && ((**size).ended || (**size).bytes >= offset)) return;
    report(worker + " forgot the log of " + to_text(attempt) + " before " + std::to_string(offset) + ", and the catalog has " +
           std::to_string(*size ? (**size).bytes : 0) + " bytes");
  }

  void finish() override {
    for (const auto& [attempt, end] : ends_) {
      const bool reported = end.reason != EndReason::lost && end.reason != EndReason::returned;
      const auto size = catalog::log_size(truth_, attempt);
      const std::uint64_t stored = size.ok() && *size ? (**size).bytes : 0;
      if (reported && stored != end.log_bytes) {
        report(to_text(attempt) + " ended with " + std::to_string(end.log_bytes) + " log bytes, the catalog has " +
               std::to_string(stored));
      }
      const auto deed = deeds_.find(attempt);
      if (!reported || deed == deeds_.end() || !deed->second.by_itself || end.reason == EndReason::keeper_died) continue;
      if (deed->second.log_bytes != end.log_bytes) {
        report(to_text(attempt) + " wrote " + std::to_string(deed->second.log_bytes) + " bytes, its end says " +
               std::to_string(end.log_bytes));
      }
    }
  }

 private:
  void compare(const LogChunk& chunk) {
    for (std::uint32_t i = 0; i < chunk.data.size(); ++i) {
      if (chunk.data[i] == log_byte(chunk.attempt, life_, chunk.offset + i)) continue;
      return report("byte " + std::to_string(chunk.offset + i) + " of the log of " + to_text(chunk.attempt) +
                    " is not what was written");
    }
  }

  std::map<AttemptRef, Deed> deeds_;
  std::map<AttemptRef, AttemptEnd> ends_, kept_;  // as first committed: now, and at the backup
  std::uint32_t life_ = 0;                        // of the catalog
};

}  // namespace

std::unique_ptr<Witness> witness_p5(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P5>("P5", truth, reports);
}

}  // namespace argosy::sim
