// What all verbs of the command line share: options, output, the session, and how a verb ends.
//
// Owner: main. A noun's file adds its verbs to the parser (add_…_verbs); parsing picks one; main runs it. Nothing but the
// chosen verb's output goes to standard output. Thread rule: one thread.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "client/output.h"
#include "client/profile.h"
#include "client/session.h"
#include "client/trouble.h"
#include "fabric/signals.h"

namespace argosy::client {

class Cli {
 public:
  Cli();
  ~Cli();

  // Options that stand before or after the verb.
  std::string dir;
  std::string as;              // key file
  std::string format = "table";
  double patience_seconds = 10;

  std::vector<std::string> command;  // what stood behind "--"
  bool has_command = false;
  std::string program;               // argv[0]
  CLI::App* app = nullptr;
  std::function<int()> chosen;       // the verb that was parsed

  // Adds a verb that runs `run` when it was parsed.
  CLI::App* verb(CLI::App& noun, const std::string& name, const std::string& help, std::function<int()> run);

  Format output_format() const;
  Output& output();
  std::filesystem::path folder() const { return find_folder(dir); }
  Outcome<Profile> profile() const;
  // Connects at first use. Ctrl-C is then heard as Interrupted where `interruptible`.
  Outcome<Session*> session(bool interruptible = false);

  void hang_up() { session_.reset(); }

  // Asks, parses, and gathers all pages (at most `most` rows; 0: all).
  Outcome<nlohmann::json> ask(const std::string& verb, const nlohmann::json& arguments, std::optional<ShardId> shard = {});
  Outcome<nlohmann::json> ask_all(const std::string& verb, nlohmann::json arguments, std::size_t most);

  // Prints "argosy: …" on standard error; the exit status.
  int fail(const Trouble& trouble);
  int done(Exit exit) const { return static_cast<int>(exit); }

  // Asks a verb for one object or list and prints it.
  int show_one(const std::string& verb, const nlohmann::json& arguments, const Listing& how);
  int show_list(const std::string& verb, const nlohmann::json& arguments, const Listing& how, std::size_t most = 0);

 private:
  std::unique_ptr<Output> output_;
  std::unique_ptr<fabric::Signals> signals_;
  std::unique_ptr<Session> session_;
};

// The catalog's address in the master's settings.
Result<std::string> master_catalog(const Layout& layout);

// One per noun; client/verbs_*.cpp.
void add_submit_verb(CLI::App& app, Cli& cli);
void add_execution_verbs(CLI::App& app, Cli& cli);
void add_task_verbs(CLI::App& app, Cli& cli);
void add_log_verb(CLI::App& app, Cli& cli);
void add_project_verbs(CLI::App& app, Cli& cli);
void add_environment_verbs(CLI::App& app, Cli& cli);
void add_worker_verbs(CLI::App& app, Cli& cli);
void add_role_verbs(CLI::App& app, Cli& cli);
void add_catalog_verbs(CLI::App& app, Cli& cli);
void add_cluster_verbs(CLI::App& app, Cli& cli);
void add_bundle_verbs(CLI::App& cluster, Cli& cli);
void add_up_verbs(CLI::App& app, Cli& cli);
void add_doctor_verb(CLI::App& app, Cli& cli);
void add_completion_verb(CLI::App& app, Cli& cli);

}  // namespace argosy::client
