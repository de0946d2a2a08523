// KeeperClient: the worker's side of its keeper. Launches the process, sends orders, takes events; never
// blocks, except in stop().
//
// Owner: the worker's shell, one at a time. Single thread. Poll fd() for reading always and for writing while
// wants_write(); then call receive() and flush(). Destroying it closes the socket: the keeper then kills
// every tree, waits until all are gone, and exits by itself.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "worker/process.h"

namespace argosy::keeper {

struct KeeperLaunch {
  std::vector<std::string> command;  // program and first arguments; empty: default_keeper_command()
  std::string worker_token;  // 1 … 64 of [0-9A-Za-z_-], the same for each session of this worker's folder
  std::string trash_directory;  // absolute, on the file system of the fresh directories; made when missing
};

// `argosy-keeper` beside this program when it is there (it stays small), else this program with the word
// `keeper`.
std::vector<std::string> default_keeper_command();

// The reading ends of a started task's output: non-blocking, close-on-exec, owned by the caller. After
// TaskExited read until end or EAGAIN; only a descriptor smuggled to a stranger keeps the end away.
struct TaskPipes {
  int out = -1;
  int err = -1;
};

class KeeperClient {
 public:
  // Also makes this process a subreaper, so that a killed keeper's tasks stay below the worker, and lets it open as many files
  // as it may; the keeper and its tasks get the limit that it was started with.
  static Result<KeeperClient> launch(const KeeperLaunch& how);

  KeeperClient(KeeperClient&& other) noexcept;
  KeeperClient& operator=(KeeperClient&& other) noexcept;
  ~KeeperClient();

  // Makes the pipes and queues the order. An error (no descriptors left) means that nothing was queued.
  Result<TaskPipes> start(const StartOrder& order);
  void extend(const ExtendOrder& order);
  void stop_task(const StopOrder& order);
  void recall(const RecallOrder& order);

  // Orders wait here until flushed; flush once per turn of the loop. A dead keeper is told by receive().
  void flush();
  bool wants_write() const { return sent_ < out_.size(); }

  // Appends what has arrived. KeeperDied is the last event ever, told once.
  void receive(std::vector<KeeperEvent>& events);

  // Says farewell and waits up to `bound` for the keeper's exit: true when every tree is gone and the keeper
  // with it.
  bool stop(Duration bound);

  int fd() const { return socket_; }
  // The keeper itself, once KeeperReady was received; its guard, our child, until then and in guard().
  int pid() const { return pid_; }
  int guard() const { return guard_; }

 private:
  KeeperClient() = default;

  void die(std::vector<KeeperEvent>& events);
  bool send_some();

  struct Rider {  // descriptors that travel with the byte at `offset` of out_
    std::size_t offset;
    int fds[2];
  };

  int socket_ = -1;
  int pid_ = -1;
  int guard_ = -1;
  bool dead_ = false;
  SecretText out_;
  std::size_t sent_ = 0;
  std::vector<Rider> riders_;
  std::size_t next_rider_ = 0;
  std::string in_;
};

}  // namespace argosy::keeper
