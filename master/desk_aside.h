// The desk's second thread: verbs that go through the whole catalog (Verb::aside), one after another, so that the desk
// answers everybody else meanwhile.
//
// Owner: the desk. Opens a catalog connection of its own for each question. Failure: as the desk's. Bounds: kWaitingMost.
// Thread rule: all methods from the desk's thread; `say` is called on this object's.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "catalog/guard.h"
#include "master/desk_verbs.h"

namespace argosy::master {

// How the desk's threads are guarded: one question must not keep the others waiting without end.
inline catalog::GuardOptions desk_guard(const std::string& address) { return {.address = address, .standby_patience = seconds(3)}; }

class DeskAside {
 public:
  static constexpr std::size_t kWaitingMost = 16;

  struct Question {
    Address from;
    ShardTerm reign;
    std::string request;
    const Verb* verb = nullptr;
    Arguments arguments;
  };
  using Say = std::function<void(const Address& to, ShardTerm reign, Word word)>;

  // `options` outlives it.
  DeskAside(const DeskOptions& options, Say say);
  ~DeskAside() = default;  // what waits is dropped; what is under way is told to stop, and waited for
  DeskAside(const DeskAside&) = delete;
  DeskAside& operator=(const DeskAside&) = delete;

  bool put(Question question);  // false: too many wait

 private:
  void run(const std::stop_token& stop);
  Verdict judge(Question& question, const std::stop_token& stop) const;

  const DeskOptions& options_;
  const Say say_;
  std::mutex mutex_;  // guards waiting_
  std::condition_variable_any ready_;
  std::deque<Question> waiting_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace argosy::master
