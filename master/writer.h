// The one thread that writes shards' batches: durability stays off the loop.
//
// Owner: the shell. Thread rule: put() and take() from the loop; the wakeup turns readable when take() has something.
// Failure: a catalog that cannot be opened or written is told as an outcome (unavailable), and opened anew by the next job.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "fabric/wakeup.h"
#include "master/events.h"
#include "master/limits.h"
#include "master/neighbours.h"

namespace argosy::catalog {
class Catalog;
class Guard;
}

namespace argosy::master {

struct TakeJob {
  ShardTerm heard;  // the shard, and the highest term at which somebody was heard to hold it
};

// Bookkeeping for people: who was seen since the last one (saw()). Its failure changes nothing.
struct SeenJob {};

using WriterJob = std::variant<std::shared_ptr<const Batch>, TakeJob, SeenJob>;

class Writer {
 public:
  Writer(std::string catalog, Self self, Limits limits, Neighbours neighbours, fabric::Wakeup& wakeup);
  ~Writer();  // finishes the job in hand, drops the others; one that waits for the database is cut off after a second
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void put(WriterJob job);
  void saw(const std::vector<WorkerPresence>& workers);
  void take(std::vector<Event>& out);

 private:
  void run();
  void tell_waits(const std::string& why);
  bool open(std::string& why);
  void tell(Event event);
  Status agree_on_shards();
  Status promise(ShardId shard);
  Result<Adopted> take_over(const ShardTerm& heard);
  void tell_notes();
  void work(const std::shared_ptr<const Batch>& batch);
  void work(const TakeJob& job);
  void work(SeenJob);

  const std::string address_;
  const Self self_;
  const Limits limits_;
  Neighbours neighbours_;
  fabric::Wakeup& wakeup_;
  std::unique_ptr<catalog::Catalog> catalog_;  // the thread's
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<WriterJob> jobs_;
  std::map<std::string, WorkerPresence> seen_;  // the latest of each, however long the catalog is away
  std::vector<Event> told_;
  std::string waits_;                           // what the guard said last of the job in hand
  bool stop_ = false;
  bool stopped_ = false;
  std::unique_ptr<catalog::Guard> guard_;
  std::thread thread_;
};

}  // namespace argosy::master
