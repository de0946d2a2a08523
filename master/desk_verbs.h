// The verbs of Ask: what each may be asked with, and what it gives. requests.md tells them; desk.cpp calls them.
//
// Thread rule: the desk's thread, or for Verb::aside that of desk_aside.h. Never an exception from a verb.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/operations.h"
#include "master/desk.h"

namespace argosy::master {

// What a verb works with.
struct Room {
  catalog::Catalog& catalog;
  const DeskOptions& options;
  Address from;
  std::string request;
  WallTime now;
  bool& fleet_changed;  // set by verbs after which the machine must hear FleetNews
  std::stop_token stop = {};  // for what takes long

  std::string who() const;  // "operator alice"
};

struct Document {
  nlohmann::json body;
  std::string next;
  std::vector<std::string> marks = {};  // of a list: the page that begins behind each row; reply() may cut it there

  void add(nlohmann::json row, std::string mark) {
    body.push_back(std::move(row));
    marks.push_back(std::move(mark));
  }
};

struct DeskRefusal {
  Refusal reason = Refusal::invalid;
  std::string text;
  ShardId shard{};  // with other_shard
};

// The machine must say something first: `orders` go to it (their tickets are the desk's to give), then `finish` is called
// with its outcomes in the same order, in a room of its own. An order that was refused refuses the whole, but for Later::any.
struct Later;
using Verdict = std::variant<Document, DeskRefusal, Later>;
struct Later {
  std::vector<DeskOrder> orders;
  std::function<Verdict(Room&, const std::vector<DeskOutcome>&)> finish;
  bool any = false;  // finish looks at refusals itself
};

// Arguments of an Ask. Asking for a member marks it as known; refusal() is set by the first wrong type, and by done() for
// members that nobody asked for.
class Arguments {
 public:
  explicit Arguments(nlohmann::json object);

  std::string text(const std::string& name, bool required = false);
  std::optional<std::uint64_t> number(const std::string& name, bool required = false);
  std::uint32_t page_limit();  // "limit" of a list: 1,000 when left out, 10,000 at most
  std::int64_t integer(const std::string& name, std::int64_t otherwise);
  std::optional<std::vector<std::string>> texts(const std::string& name, bool required = false);
  bool has(const std::string& name) const { return object_.contains(name); }

  // Nothing: all is well. Call after the last member.
  std::optional<DeskRefusal> done();

 private:
  const nlohmann::json* member(const std::string& name, bool required, const char* wants);

  nlohmann::json object_;
  std::vector<std::string> known_;
  std::optional<DeskRefusal> refusal_;
};

struct Verb {
  const char* name;
  Role least;  // viewer, submitter or operator_
  Verdict (*run)(Room& room, Arguments& arguments);
  bool aside = false;  // goes through the whole catalog: desk_aside.h runs it
};

// Null: no such verb.
const Verb* find_verb(const std::string& name);
bool may_ask(Role role, const Verb& verb);

// What the asker hears. Required: no Later.
Word reply(const std::string& request, const Verdict& verdict);

// A refusal for a catalog's failure.
DeskRefusal refusal_of(catalog::Catalog& catalog, const Error& error, Refusal when_refused = Refusal::invalid);

// -- One function a verb, by file.

// desk_executions.cpp
Verdict execution_list(Room& room, Arguments& arguments);
Verdict execution_show(Room& room, Arguments& arguments);
Verdict execution_cancel(Room& room, Arguments& arguments);
Verdict execution_explain(Room& room, Arguments& arguments);
// desk_retry.cpp
Verdict execution_retry(Room& room, Arguments& arguments);
// desk_tasks.cpp
Verdict task_list(Room& room, Arguments& arguments);
Verdict task_show(Room& room, Arguments& arguments);
Verdict logs_read(Room& room, Arguments& arguments);
// desk_projects.cpp
Verdict project_list(Room& room, Arguments& arguments);
Verdict project_show(Room& room, Arguments& arguments);
Verdict project_remove(Room& room, Arguments& arguments);
Verdict environment_set(Room& room, Arguments& arguments);
Verdict environment_list(Room& room, Arguments& arguments);
Verdict environment_show(Room& room, Arguments& arguments);
Verdict environment_remove(Room& room, Arguments& arguments);
Verdict deploy_project(Room& room, const Deploy& deploy);
// desk_fleet.cpp
Verdict worker_add(Room& room, Arguments& arguments);
Verdict worker_list(Room& room, Arguments& arguments);
Verdict worker_enable(Room& room, Arguments& arguments);
Verdict worker_disable(Room& room, Arguments& arguments);
Verdict worker_drain(Room& room, Arguments& arguments);
Verdict worker_lost(Room& room, Arguments& arguments);
Verdict worker_remove(Room& room, Arguments& arguments);
Verdict worker_set(Room& room, Arguments& arguments);
Verdict master_list(Room& room, Arguments& arguments);
Verdict broker_list(Room& room, Arguments& arguments);
// desk_cluster.cpp
Verdict cluster_status(Room& room, Arguments& arguments);
Verdict operation_list(Room& room, Arguments& arguments);
Verdict catalog_verify(Room& room, Arguments& arguments);
Verdict catalog_clean(Room& room, Arguments& arguments);
Verdict catalog_set_endpoint(Room& room, Arguments& arguments);
Verdict cluster_keys(Room& room, Arguments& arguments);

// What a verb does, for the audit trail: once for a request.
catalog::Deed deed_of(const Room& room, const std::string& verb, const std::string& object, const std::string& detail = {});
// Writes it behind what was done.
void note(Room& room, const std::string& verb, const std::string& object, const std::string& detail = {});

}  // namespace argosy::master
