// The part of an execution that never changes, shared by all executions of the same bound package.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schemas/records.h"

namespace argosy::master {

struct PlanEdge {
  std::uint32_t to = 0;  // the task that waits
  AfterOn on = AfterOn::succeeded;
};

struct Plan {
  Package package;
  std::vector<std::vector<PlanEdge>> next;  // by task: who waits for it
};

// What a Submit said beside its package; shared as well where it is the same.
struct Terms {
  std::string project;
  std::string content;
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> sealed_parameters;
  std::vector<std::string> workers;  // allowed, sorted; empty: any
  std::vector<std::string> worker_tags;
  std::int32_t priority = 0;
  std::string batch;

  bool operator==(const Terms&) const = default;
};

// How many items may fail and the task still counts as done.
std::uint64_t allowed_failures(const MaxFailures& rule, std::uint64_t items);
// Whether the rest of an array is given up once more have failed. Only where the package names a number: by default
// each item gets its chance.
bool gives_up(const MaxFailures& rule);

// A sum over all fields: equal packages have equal sums.
std::uint64_t fingerprint(const Package& package);

// Keeps one copy of equal plans and equal terms for as long as an execution uses them.
class Plans {
 public:
  std::shared_ptr<const Plan> intern(Package&& package);
  std::shared_ptr<const Terms> intern(Terms&& terms);

  // Of both kinds; those that no execution uses any more are counted until the next sweep.
  std::size_t size() const { return plans_.size() + terms_.size(); }

 private:
  void sweep_if_due();

  std::multimap<std::uint64_t, std::weak_ptr<const Plan>> plans_;
  std::multimap<std::uint64_t, std::weak_ptr<const Terms>> terms_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace argosy::master
