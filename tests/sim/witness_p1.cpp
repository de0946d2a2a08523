// P1, accepted is kept: what is Accepted is in the catalog at that moment, with its key and its submitter; a key has one
// execution, and another request under it is never accepted, nor the same one refused as another; nobody is told that it is not
// there. A restored catalog keeps what was accepted before its backup, and gives no id a second time.
#include <map>
#include <set>
#include <utility>

#include "catalog/views.h"
#include "tests/sim/witness.h"

namespace argosy::sim {
namespace {

class P1 : public Witness {
 public:
  using Witness::Witness;

  void said(const std::string& /*by*/, const Message& message) override {
    if (const auto* word = std::get_if<Submit>(&message.word)) {
      const Key key{message.envelope.from.name, word->key};
      if (first_.try_emplace(key, word->priority).first->second != word->priority) others_.insert(key);
    }
    if (const auto* word = std::get_if<Refused>(&message.word)) refused(*word), refused({message.envelope.to.name, word->request}, *word);
    if (const auto* word = std::get_if<Accepted>(&message.word)) accepted({message.envelope.to.name, word->key}, word->execution);
  }

  void backed_up() override {
    kept_ = accepted_;
    again_ = false;
  }
  // A backup that is restored a second time gives the ids again that were told since the first time: operating.md says so.
  void restored() override {
    accepted_ = kept_;
    if (again_) {
      told_ = told_then_;
    } else {
      told_then_ = told_;
    }
    again_ = true;
  }

  void finish() override {
    const auto all = catalog::list_executions(truth_, {});
    if (!all.ok()) return report("the catalog cannot be listed: " + all.error().message);
    std::map<Key, int> count;
    for (const catalog::ExecutionView& view : *all) ++count[{view.submitter, view.key}];
    for (const auto& [key, execution] : accepted_) {
      if (count[key] != 1) {
        report(key.second + " of " + key.first + " has " + std::to_string(count[key]) + " executions, and was accepted once");
      }
    }
  }

 private:
  using Key = std::pair<std::string, std::string>;  // submitter and idempotency key

  // "there is no execution 17"
  void refused(const Refused& word) {
    if (word.reason != Refusal::not_found || word.refused_word != Watch::word) return;
    const std::size_t digits = word.text.find_first_of("0123456789");
    if (digits == std::string::npos) return;
    const ExecutionId execution{std::stoull(word.text.substr(digits))};
    for (const auto& [key, known] : accepted_) {
      if (known == execution) report(word.text + " was said, and it was accepted for " + key.second);
    }
  }

  void refused(const Key& key, const Refused& word) {
    if (word.reason != Refusal::conflict || word.refused_word != Submit::word || others_.contains(key)) return;
    report(key.second + " was refused as another request's, and there is only one");
  }

  void accepted(const Key& key, ExecutionId execution) {
    const std::string what = "execution " + std::to_string(execution.value) + " was accepted for " + key.second;
    const auto [known, is_new] = accepted_.emplace(key, execution);
    if (known->second != execution) {
      return report(what + ", which has execution " + std::to_string(known->second.value) + " already");
    }
    if (!is_new) return;
    const auto [told, first_told] = told_.emplace(execution, key);
    if (told->second != key) return report(what + ", and that id was told for " + told->second.second + " before");
    const auto view = catalog::show_execution(truth_, execution);
    if (!view.ok() || !*view) return report(what + ", and is not in the catalog");
    if ((**view).key != key.second || (**view).submitter != key.first) {
      return report(what + ", and the catalog has it for " + (**view).key + " of " + (**view).submitter);
    }
    const auto asked = first_.find(key);
    if (asked == first_.end()) return report(what + ", which nobody submitted");
    if ((**view).priority != asked->second) report(what + ", and another request was");
  }

  std::map<Key, std::int32_t> first_;       // priority tells a request from another one
  std::set<Key> others_;                    // under which a second request was said
  std::map<Key, ExecutionId> accepted_, kept_;
  std::map<ExecutionId, Key> told_, told_then_;  // in any life of the catalog; when the backup was first restored
  bool again_ = false;
};

}  // namespace

std::unique_ptr<Witness> witness_p1(catalog::Catalog& truth, std::vector<Report>& reports) {
  return std::make_unique<P1>("P1", truth, reports);
}

}  // namespace argosy::sim
