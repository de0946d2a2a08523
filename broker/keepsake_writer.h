// Writes what a broker keeps, on a thread of its own: the loop that says Beats waits for no disk.
//
// The newest of each kind counts: one that still waits is replaced. Owner: the shell; the poll set outlives it. Failure: an
// epoch that cannot be kept is an Error of take(); roster and endpoint hold all the same, masters say them again: a line
// for people. Thread rule: all methods from the loop.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.h"
#include "broker/events.h"
#include "broker/keepsakes.h"
#include "fabric/poll.h"
#include "fabric/wakeup.h"

namespace argosy::broker {

class KeepsakeWriter {
 public:
  KeepsakeWriter(Keepsakes kept, fabric::PollSet& polls);
  ~KeepsakeWriter();  // what waits is written
  KeepsakeWriter(const KeepsakeWriter&) = delete;
  KeepsakeWriter& operator=(const KeepsakeWriter&) = delete;

  void put(const Epoch& epoch);  // EpochStored once it is synced
  void put(Roster roster);
  void put(Endpoint endpoint);
  void finish();  // waits until all of it is written
  Status take(std::vector<Event>& events);  // the poll set wakes when there is something

 private:
  struct Waiting {
    std::optional<Epoch> epoch;
    std::optional<Roster> roster;
    std::optional<Endpoint> endpoint;
    bool any() const { return epoch || roster || endpoint; }
  };
  template <class Keepsake>
  void wait_with(std::optional<Keepsake> Waiting::*kind, Keepsake keepsake);
  void run(const std::stop_token& stop);
  void write(const Waiting& next);

  Keepsakes kept_;  // the thread's
  fabric::PollSet& polls_;
  fabric::Wakeup wakeup_;
  fabric::Token token_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  Waiting waiting_;
  bool writing_ = false;
  std::vector<Epoch> stored_;
  std::vector<Error> troubles_;
  std::optional<Error> failed_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace argosy::broker
