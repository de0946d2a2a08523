// The worker's machine: what a worker does about each word and each piece of news, without doing any of it.
// Rules: schemas/protocol.md. One way in (step, and settle when no more events are at hand), one struct of debts out
// (Effects). Deterministic. Never throws.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/words.h"
#include "worker/effects.h"
#include "worker/events.h"
#include "worker/state.h"

namespace argosy::worker {

struct Limits {
  Resources capacity;                      // what tasks together may reserve, and the tags
  std::uint32_t prefetch_most = 1024;      // items that may wait here
  Duration prefetch_horizon = milliseconds(100);
  Duration prefetch_patience = seconds(2); // a waiting item that is older, and above the window, is given back
  Duration announce_after = milliseconds(50);  // Started is said of tasks that still run then
  std::uint32_t queue_from = 16;               // items are queued in the keeper while so many may wait: tasks are short
  std::uint32_t queue_most = 16;               // behind one that runs
  std::uint32_t recall_below = 4;              // what is queued there is called back when fewer may wait: some task is long
  Duration queue_look = milliseconds(25);      // so often it is asked whether tasks are still short
  Duration gather = milliseconds(20);          // while items wait here, news are said together, this late at most
  std::uint64_t gather_bytes = 256u << 10;     // logs above it are said at once
  Duration hello_again = seconds(1);
  Duration greeting_silence = seconds(4);  // until a Welcome says otherwise
  Duration fetch_again = seconds(5);       // a piece that did not come is asked for again, while somebody waits for it
};

// Who this session is. Made by the shell.
struct Identity {
  SessionId session;
  SessionId predecessor;                   // swept; 0: none
  Host host;
  std::string build;
  std::uint64_t incarnation = 0;           // of the catalog that this worker's folder belongs to; 0: it knows none
};

// Rules that a test may break on purpose, to prove that somebody notices. All false outside of the simulator.
struct PlantedBugs {
  bool obey_late_run = false;              // starts without asking whether the lease still runs
  bool lease_from_answer = false;          // counts a lease from the moment of the grant
  bool forget_before_recorded = false;     // drops an end once it was said
  bool hear_old_epoch = false;             // a broker that was followed by another is heard
  bool ignore_incarnation = false;         // a restored catalog is taken for the one that it was
  bool resume_log_at_zero = false;         // sends the log again as if it were new
};

class Machine {
 public:
  Machine(Limits limits, Identity identity, Epoch highest_epoch, std::vector<SpooledAttempt> spooled, PlantedBugs bugs = {});

  void step(Now now, const Event& event, Effects& out);
  // After one event or several: what is said once for all of them (starts, logs, credit, ends). Always called after
  // step() and before waiting.
  void settle(Now now, Effects& out);
  std::optional<Time> deadline() const;
  const State& state() const { return state_; }

 private:
  // machine.cpp: the door and the session with the broker
  void on_heard(const Message& message);
  std::optional<Ignored> ignore(const Envelope& envelope) const;
  void on_welcome(const Envelope& envelope, const Welcome& word);
  void on_holders(const std::vector<Holder>& holders);
  void on_endpoint(const Envelope& envelope, const Endpoint& word);
  void on_refused(const Envelope& envelope, const Refused& word);
  void say_hello();
  void say_to_broker(Word word);
  void say_to_master(ShardId shard, Word word);
  void on_tick();
  void on_shutdown();
  void leave_if_done();
  void invariants() const;

  // shard.cpp: inventory, leases, what is recorded
  void become_holder(ShardId shard, Term term, const std::string& master);
  void say_inventory(ShardId shard);
  void renew(ShardId shard);
  void renew_due();
  Duration shortest_lease(ShardId shard) const;
  void on_granted(ShardId shard, const Granted& word);
  bool is_of_this_catalog(std::uint64_t incarnation, Term term);
  void on_reconciled(ShardId shard, const Reconciled& word);
  void on_recorded(ShardId shard, const Recorded& word);
  void on_log_credit(ShardId shard, const LogCredit& word);
  void forget(AttemptRef ref);
  void trim_logs(ShardId shard, AttemptRef ref, std::uint64_t offset);
  bool gathering();
  void send_logs(ShardId shard);
  void say_finished(ShardId shard);

  // fetches.cpp: packages' content
  std::vector<AttemptRef> waiting_for(const std::string& digest) const;
  void ask_piece(const std::string& digest, Fetch& fetch);
  void ask_pieces_again();
  void on_chunk(const Chunk& word);
  void on_content_missing(const std::string& digest);
  void on_content_ready(const std::string& digest);
  void on_content_failed(const std::string& digest, const std::string& why);

  // attempts.cpp: from Run to the spool
  void on_run(ShardId shard, const Run& word);
  bool lease_runs(const Shard& shard, Renewal renewal, const Task& task) const;
  void start_waiting();
  void queue_waiting();
  std::size_t queue_depth() const;
  bool may_follow(AttemptRef next, AttemptRef running) const;
  void recall_queued();
  void on_recalled(AttemptRef ref);
  void begin(AttemptRef ref);
  void start(AttemptRef ref, Attempt& attempt, std::optional<AttemptRef> behind);
  void on_started(const TaskStarted& event);
  void on_ended(const TaskEnded& event);
  void on_log_spooled(const LogSpooled& event);
  void on_end_spooled(AttemptRef ref);
  void on_blocked(const OutputBlocked& event);
  void on_stop(const Stop& word);
  void on_drop(const Drop& word);
  void stop_attempt(AttemptRef ref, EndReason reason);
  void give_back(AttemptRef ref, const std::string& why);
  void become_ended(AttemptRef ref, Attempt& attempt, AttemptEnd end);
  void leave_slot(AttemptRef ref, const Attempt& attempt);
  EndReason reason_of(const Attempt& attempt, EndReason shown) const;
  void look_at_time(AttemptRef ref, Running& running, Time when);
  void enforce_time_limits();
  void announce_started();
  void give_back_stale();
  void say_credit();
  std::uint32_t prefetch_window() const;

  Limits limits_;
  Identity identity_;
  PlantedBugs bugs_;
  State state_;
  Now now_;             // of the current step
  Effects* out_ = nullptr;
};

}  // namespace argosy::worker
