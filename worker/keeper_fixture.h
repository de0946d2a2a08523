// What the keeper's tests share: a worker of a few lines. Every wait is for an event; the bounds only end a test that has failed
// already.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "worker/keeper.h"
#include "worker/keeper_client.h"
#include "worker/keeper_clock.h"

namespace argosy::keeper {

inline constexpr Duration bound = seconds(60);

inline bool alive(int pid) {
  return kill(pid, 0) == 0;
}

// Waits for the end of a process that is not our child.
inline bool gone_within_bound(int pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return true;
  pollfd ready{fd, POLLIN, 0};
  const bool gone = poll(&ready, 1, static_cast<int>(bound.us / 1000)) == 1;
  close(fd);
  return gone;
}

struct Output {
  std::string out;
  std::string err;
};

// A worker of a few lines: one keeper, the output of each task in memory, events in order.
class Bench {
 public:
  explicit Bench(const std::string& folder, const std::string& token = "test")
      : client_(std::move(
            KeeperClient::launch({.command = {}, .worker_token = token, .trash_directory = folder + "/trash"})
                .value())) {}

  KeeperClient& client() { return client_; }
  const Output& output(TaskToken token) { return outputs_[token]; }

  TaskToken start(StartOrder order) {
    order.token = ++last_token_;
    if (order.env.empty()) order.env = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    if (order.lease_deadline.us == 0) order.lease_deadline = now_steady() + seconds(600);
    const TaskPipes pipes = client_.start(order).value();
    pipes_[pipes.out] = &outputs_[order.token].out;
    pipes_[pipes.err] = &outputs_[order.token].err;
    return order.token;
  }

  TaskToken shell(const std::string& script) {
    StartOrder order;
    order.argv = {"/bin/sh", "-c", script};
    return start(order);
  }

  // Its lease, once the task runs: one that is short from the beginning may be over before a busy machine starts the task.
  void end_lease_soon(TaskToken token) {
    client_.extend({token, now_steady() + seconds(1)});
    client_.flush();
  }

  // Serves everything until `done`.
  void serve_until(const std::function<bool()>& done) {
    const Time end = now_steady() + bound;
    while (!done() && now_steady() < end) turn();
    EXPECT_TRUE(done()) << "waited too long";
  }

  void wait_for_output(TaskToken token, const std::string& text) {
    serve_until([&] { return outputs_[token].out.find(text) != std::string::npos; });
  }

  template <class Event>
  const Event* find(TaskToken token) const {
    for (const KeeperEvent& event : events) {
      const auto* found = std::get_if<Event>(&event);
      if (found != nullptr && found->token == token) return found;
    }
    return nullptr;
  }

  template <class Event>
  Event wait_for(TaskToken token) {
    serve_until([&] { return find<Event>(token) != nullptr; });
    const Event* found = find<Event>(token);
    return found != nullptr ? *found : Event{};
  }

  TaskExited exited(TaskToken token) {
    TaskExited end = wait_for<TaskExited>(token);
    read_pipes();
    return end;
  }

  // The number that a script printed first.
  int printed_pid(TaskToken token) {
    serve_until([&] { return outputs_[token].out.find('\n') != std::string::npos; });
    return std::atoi(outputs_[token].out.c_str());
  }

  bool keeper_died() const { return !events.empty() && std::holds_alternative<KeeperDied>(events.back()); }

  std::vector<KeeperEvent> events;

 private:
  void turn() {
    client_.flush();
    std::vector<pollfd> fds{{client_.fd(), POLLIN, 0}};
    for (const auto& [fd, text] : pipes_) fds.push_back({fd, POLLIN, 0});
    poll(fds.data(), keeper_died() ? 0 : fds.size(), 1000);
    client_.receive(events);
    read_pipes();
  }

  void read_pipes() {
    char bytes[65536];
    for (auto pipe = pipes_.begin(); pipe != pipes_.end();) {
      ssize_t n = 0;
      while ((n = read(pipe->first, bytes, sizeof bytes)) > 0)
        pipe->second->append(bytes, static_cast<std::size_t>(n));
      if (n == 0) close(pipe->first);
      pipe = n == 0 ? pipes_.erase(pipe) : std::next(pipe);
    }
  }

  KeeperClient client_;
  TaskToken last_token_ = 0;
  std::map<int, std::string*> pipes_;
  std::map<TaskToken, Output> outputs_;
};

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    char name[] = "/tmp/keeper_test.XXXXXX";
    folder = mkdtemp(name);
    chmod(folder.c_str(), 0755);
    bench.emplace(folder);
  }

  ~KeeperTest() override {
    if (bench) {
      EXPECT_TRUE(bench->client().stop(bound));
    }
    std::filesystem::remove_all(folder);
  }

  std::string folder;
  std::optional<Bench> bench;
};

}  // namespace argosy::keeper
