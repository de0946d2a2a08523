// A client's talk with its cluster over one encrypted connection, through failovers: requests are repeated, with the same id,
// after each Welcome, and to each new holder of their shard, until they are answered, refused for good, or given up by the caller.
//
// Owner: one thread, which waits in next() (nothing runs in between: no thread of its own). Failure: a Trouble from next() or
// from the verbs; `unavailable` when the deadline passed unheard, with the last reason that was given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "client/profile.h"
#include "client/trouble.h"
#include "schemas/words.h"

namespace argosy::client {

// What next() gives: an answer, or news.
struct Reconnected {};  // a new Welcome, or a shard's new holder: what streams (Put) starts again from where it was
struct Interrupted {};  // the descriptor of Options::interrupt_fd turned readable
struct TimedOut {};
using Incoming = std::variant<Accepted, Answer, Stored, Changed, Refused, Reconnected, Interrupted, TimedOut>;

struct SessionOptions {
  Duration patience = seconds(10);  // how long a request may go unanswered
  int interrupt_fd = -1;
  std::function<void(const std::string&)> note;  // told where the cluster moves, and why not; empty: nobody
  std::uint32_t unanswered_most = 512;  // requests on the wire at a time; the others wait here
};

class Session {
 public:
  static Outcome<std::unique_ptr<Session>> open(const Profile& profile, SessionOptions options = {});
  ~Session();  // says Bye

  // Said at once, and again after each Welcome, until its reply was given by next(). `id`: its key, request or digest.
  // To the holder of `shard`, or of the one that a master names (other_shard).
  void request(const std::string& id, Word word, std::optional<ShardId> shard = {});
  // The same, for a Watch: stays until forget().
  void stand(const std::string& id, Word word);
  void forget(const std::string& id);
  // Said once if there is a connection, else not at all: pieces of Put.
  bool say(Word word);

  // The next thing that happened. No deadline: for ever.
  Incoming next(std::optional<Time> deadline);

  // A request and its reply. Other replies that come meanwhile are kept for next().
  Outcome<Answer> ask(const std::string& verb, const std::string& arguments, std::optional<ShardId> shard = {});
  Outcome<Answer> deploy(Deploy deploy);
  Outcome<Accepted> submit(Submit submit);
  // Asks the active broker to give the endpoint to another one ("": any that it hears), and waits until one welcomes this
  // client in a higher epoch. Its name.
  Outcome<std::string> switchover(const std::string& to);
  // The connection is served so long, and nothing taken by next(). True: interrupted.
  bool pause(Duration duration);

  Time patience_ends() const;
  // What is known of why nothing is answered: "tcp://…: nobody listens there".
  std::string last_trouble() const;

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  Outcome<Incoming> reply_to(const std::string& id);
  template <class Reply>
  Outcome<Reply> exchange(const std::string& id, Word word, std::optional<ShardId> shard = {});

  std::unique_ptr<State> state_;
};

Trouble trouble(const Refused& refused);

}  // namespace argosy::client
