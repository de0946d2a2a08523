// Watches a thread that waits for PostgreSQL, and says what it waits for. A commit waits for its synchronous standby without
// end, a stopped server never answers, and a primary that was failed over may live on as a zombie: none of them ends by itself.
//
// When a verb has lasted for `patience`, the guard asks all hosts of the address. The line is cut, and the verb fails as
// unknown, when its server does not answer, takes writes no longer, has lost the backend, or when another host takes writes on
// a later timeline. Else what it waits for is told, again and again, in words for people.
//
// Owner: the thread that uses the Catalog. Thread rule: begin() and end() from that thread; `tell` is called on the guard's own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.h"
#include "catalog/line.h"

namespace argosy::catalog {

struct GuardOptions {
  std::string address;                           // of the catalog; SQLite needs no guard: then nothing is done
  Duration patience = milliseconds(800);
  Duration standby_patience;                     // a wait for the standby that lasts longer is cut; 0: never
  std::function<void(const std::string&)> tell;  // may be empty
};

class Guard {
 public:
  explicit Guard(GuardOptions options);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  const std::shared_ptr<Line>& line() const { return line_; }  // for Options::line

  // Around whatever waits for the database.
  void begin();
  void end();
  struct Watched {
    explicit Watched(Guard& g) : guard(g) { guard.begin(); }
    ~Watched() { guard.end(); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    Guard& guard;
  };

 private:
  void run();
  void look(Duration waited, std::uint64_t turn);
  bool still(std::uint64_t turn);

  const GuardOptions options_;
  std::shared_ptr<Line> line_ = std::make_shared<Line>();
  std::mutex mutex_;
  std::condition_variable change_;
  std::uint64_t turn_ = 0;  // odd: a verb is under way
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace argosy::catalog
