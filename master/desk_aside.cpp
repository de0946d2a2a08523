#include "master/desk_aside.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "catalog/guard.h"
#include "fabric/clock.h"

namespace argosy::master {

DeskAside::DeskAside(const DeskOptions& options, Say say)
    : options_(options), say_(std::move(say)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

bool DeskAside::put(Question question) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kWaitingMost) return false;
    waiting_.push_back(std::move(question));
  }
  ready_.notify_one();
  return true;
}

void DeskAside::run(const std::stop_token& stop) {
  while (true) {
    std::optional<Question> question;
    {
      std::unique_lock lock(mutex_);
      if (!ready_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
      question = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const Verdict verdict = judge(*question, stop);
    if (stop.stop_requested()) return;
    say_(question->from, question->reign, reply(question->request, verdict));
  }
}

Verdict DeskAside::judge(Question& question, const std::stop_token& stop) const {
  catalog::Guard guard(desk_guard(options_.catalog));
  const catalog::Guard::Watched watched(guard);
  catalog::Options how;
  how.line = guard.line();
  const auto catalog = catalog::Catalog::open(options_.catalog, how);
  if (!catalog) return DeskRefusal{Refusal::catalog_unavailable, "the catalog is away: " + catalog.error().message};
  bool fleet_changed = false;
  Room room{**catalog, options_, question.from, question.request, fabric::read_wall(), fleet_changed, stop};
  Verdict verdict = question.verb->run(room, question.arguments);
  CHECK(!fleet_changed && !std::holds_alternative<Later>(verdict));  // those are the desk's own
  return verdict;
}

}  // namespace argosy::master
