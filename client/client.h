// Argosy from a C++ program: submit, wait, cancel, read logs. One address and one key are all it needs.
//
//   auto client = argosy::client::Client::open("/srv/argosy");
//   auto id = (*client)->submit_command({"./resize", "{}"}, {.key = "resize-2026-11-22", .array = "1-1000"});
//   auto end = (*client)->wait(*id);
//
// Owner: one thread. Failure: a Trouble, with the exit status that the command line would have. Every verb goes on through
// failovers until its patience is over; what was submitted with a key may be submitted again with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/session.h"
#include "client/trouble.h"
#include "client/wait.h"

namespace argosy::client {

struct CommandSubmit {
  std::string key;                    // idempotency key; empty: a random one
  std::string array;                  // "1-1000:2"; empty: no array
  std::string cwd;
  std::vector<std::string> env;       // "K=V"
  std::string resources;              // "cpu=1,memory=1GiB"
  std::int32_t priority = 0;
};

class Client {
 public:
  // `folder`: a cluster's, as `argosy cluster init` makes it.
  static Outcome<std::unique_ptr<Client>> open(const std::filesystem::path& folder, SessionOptions options = {});

  Outcome<ExecutionId> submit_command(const std::vector<std::string>& argv, const CommandSubmit& how = {});
  // A package of a deployed project. Submit::key empty: a random one.
  Outcome<ExecutionId> submit(Submit submit);
  Outcome<ExecutionStatus> wait(ExecutionId execution, std::optional<Duration> timeout = std::nullopt);
  Outcome<std::map<ExecutionId, Changed>> wait_all(std::vector<ExecutionId> executions, std::optional<Duration> timeout = std::nullopt);
  Outcome<Done> cancel(ExecutionId execution);
  // What one task wrote, both streams in order. `task`: as `argosy task list` names it; empty where there is only one.
  Outcome<std::string> logs(ExecutionId execution, const std::string& task = {});
  // Any verb of requests.md: its document.
  Outcome<std::string> ask(const std::string& verb, const std::string& arguments);

  Session& session() { return *session_; }

 private:
  explicit Client(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  std::unique_ptr<Session> session_;
};

}  // namespace argosy::client
