// The requests that a session has open: which is said now, which wait for their turn, which were refused for now. Repeating is
// always safe (schemas/requests.md). Pure: no socket, no clock.
//
// Owner: a Session's thread. Failure: none; an id that is not open is passed over.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"
#include "schemas/words.h"

namespace argosy::client {

class Requests {
 public:
  struct Request {
    Word word;
    std::set<ShardId> shards{};  // whose holders hear it: one, or all that a Watch's executions belong to. Empty: any
    bool stands = false;         // a Watch: stays open when it was heard, and takes no room on the wire
    bool said = false;           // on this connection
    bool waits = false;          // refused for now
  };

  explicit Requests(std::uint32_t on_wire_most) : on_wire_most_(on_wire_most) {}

  // In the place of one with that id.
  void open(const std::string& id, Request request);
  // Answered for good, or given up. False: it was not open.
  bool close(const std::string& id);

  // The next to be said now, which counts as said; nullptr: none.
  const Request* next(Time now);
  // When next() may give one that it does not give now; an answer or a refusal may bring that forward.
  std::optional<Time> due() const;

  // All is said again on the next connection.
  void lose_connection();
  // These shards have other holders: what their former ones heard and did not answer is lost.
  void lose_holders(const std::set<ShardId>& shards);
  // Kept open, to be said again later or elsewhere; false: a refusal for good. `any`: the shard that one without shards was said to.
  bool keep(const Refused& refused, ShardId any, Time now);

 private:
  using Entry = std::map<std::string, Request>::iterator;

  void take_back(Entry entry);
  void say_again(Entry entry);
  void say_later(Entry entry, Time now);

  std::map<std::string, Request> open_;
  std::deque<std::string> unsaid_;                  // in the order of their turns; some may be closed by then
  std::deque<std::pair<Time, std::string>> later_;  // refused for now, by time
  Time busy_until_;                                 // nothing is said before: it would be refused too
  std::size_t on_wire_ = 0;
  std::uint32_t on_wire_most_;
};

bool is_transient(Refusal reason);

inline constexpr Duration kRetryTransient = milliseconds(250);

}  // namespace argosy::client
