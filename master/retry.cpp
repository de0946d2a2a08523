#include "master/retry.h"

#include <algorithm>

namespace argosy::master {

Duration backoff(const Retry& retry, std::uint32_t n) {
  Duration wait = retry.backoff_min;
  for (std::uint32_t i = 1; i < n && wait < retry.backoff_max; ++i) wait = wait * 2;
  return std::min(wait, std::max(retry.backoff_max, retry.backoff_min));
}

Judgement judge(const Task& task, EndReason reason, Spent before, bool given_up) {
  Judgement verdict{ItemEvent::again, before, {}};
  if (reason == EndReason::succeeded) {
    verdict.event = ItemEvent::succeed;
    return verdict;
  }
  switch (budget_of(reason)) {
    case Budget::none:
      verdict.event = given_up ? ItemEvent::cancel : ItemEvent::again;
      break;
    case Budget::interruption:
      verdict.spent.interruptions += 1;
      verdict.event = verdict.spent.interruptions > task.interruptions ? ItemEvent::interrupt : ItemEvent::again;
      if (given_up) verdict.event = ItemEvent::cancel;
      break;
    case Budget::retry:
      verdict.spent.failures += 1;
      verdict.event = ItemEvent::again_later;
      if (given_up || verdict.spent.failures > task.retry.limit) verdict.event = ItemEvent::fail;
      verdict.wait = backoff(task.retry, verdict.spent.failures);
      break;
  }
  return verdict;
}

}  // namespace argosy::master
