// Tasks: the processes of this worker and their output, between the keeper's tokens and the machine's attempts.
//
// Starts what the machine wants started, reads the pipes into the spool, and tells the machine what happened. Owner: the
// shell. One thread. What it tells is appended to the events that each call is given.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "fabric/poll.h"
#include "worker/content_cache.h"
#include "worker/effects.h"
#include "worker/events.h"
#include "worker/keeper_client.h"
#include "worker/launch.h"
#include "worker/mask.h"
#include "worker/output.h"
#include "worker/spool.h"

namespace argosy::worker {

class Tasks {
 public:
  Tasks(LaunchContext context, keeper::KeeperLaunch keeper, Spool& spool, ContentCache& contents, fabric::PollSet& poll,
        SessionId session, bool without_processes);
  ~Tasks();

  Status launch_keeper();
  // Set when a keeper died and no other could be launched: nothing can be started here any more.
  const std::optional<Error>& trouble() const { return trouble_; }

  // Between a keeper that died soon after its launch and the next one, what is started waits here.
  void start(Now now, const StartTask& task, std::vector<Event>& events);
  void stop(Now now, const StopTask& stop, std::vector<Event>& events);
  void recall(const RecallTask& recall, std::vector<Event>& events);
  void extend(const ExtendLease& lease);
  void flush();  // orders to the keeper

  // True if the token was one of this object's.
  bool ready(const fabric::Readiness& readiness, Now now, std::vector<Event>& events);
  // Cuts chunks that are due, blocks or unblocks pipes by the spool's room, launches a keeper whose pause is over.
  void tend(Now now, std::vector<Event>& events);
  std::optional<Time> deadline() const;

  // Ends the keeper and all trees; false if something outlived `bound`.
  bool stop_keeper(Duration bound);

 private:
  struct Running {
    AttemptRef attempt;
    ShardId shard;
    std::string content;                  // digest in use; empty: none
    std::filesystem::path output_file;
    std::unique_ptr<Output> output;
    fabric::Token poll_tokens[2] = {0, 0};
    bool blocked = false;
    bool started = false;
    std::uint32_t slot = 0;               // its working directory's
  };

  void on_keeper(Now now, std::vector<Event>& events);
  void on_started(Now now, const keeper::TaskStarted& started, std::vector<Event>& events);
  void on_not_started(Now now, const keeper::TaskNotStarted& failed, std::vector<Event>& events);
  void on_exited(Now now, keeper::TaskToken token, AttemptEnd end, std::vector<Event>& events);
  void on_keeper_died(Now now, const keeper::KeeperDied& died, std::vector<Event>& events);
  std::string pause_for_keeper(Now now, const std::string& reason);
  void launch_due(Now now, std::vector<Event>& events);
  bool take_held(AttemptRef attempt);
  void watch_pipes(Running& task, keeper::TaskToken token);
  void watch_due(Now now);
  void unwatch(Running& task, std::size_t which);
  void spool_chunks(const Running& task, std::vector<LogChunk>& chunks, std::vector<Event>& events);
  void forget(keeper::TaskToken token);

  LaunchContext context_;
  keeper::KeeperLaunch how_;
  Spool& spool_;
  ContentCache& contents_;
  fabric::PollSet& poll_;
  SessionId session_;
  std::optional<keeper::KeeperClient> keeper_;
  fabric::Token keeper_token_ = 0;
  Time launched_at_;                      // after another had died
  Duration pause_;                        // before the next launch, if this one dies soon
  std::optional<Time> launch_at_;
  std::deque<StartTask> held_;            // until then
  keeper::TaskToken last_token_ = 0;
  std::map<keeper::TaskToken, Running> running_;
  std::size_t unstarted_ = 0;             // of running_: queued in the keeper
  std::deque<std::pair<Time, keeper::TaskToken>> watch_at_;
  std::map<AttemptRef, keeper::TaskToken> tokens_;
  std::vector<std::uint32_t> free_slots_;
  std::uint32_t slots_made_ = 0;
  std::map<fabric::Token, std::pair<keeper::TaskToken, std::size_t>> pipes_;
  bool without_processes_;
  bool keeper_wants_write_ = false;
  std::optional<Error> trouble_;
};

}  // namespace argosy::worker
