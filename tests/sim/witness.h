// Witnesses: they see what crosses the network, what keepers start and end, and what is committed, and hold it against the
// promises. Each knows only what it saw. One file for each promise: witness_p1.cpp …
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "schemas/records.h"
#include "schemas/words.h"
#include "tests/sim/bugs.h"

namespace argosy::sim {

// What a task's process really did.
struct Deed {
  AttemptRef attempt;
  std::string worker;
  SessionId session;
  bool by_itself = false;   // it came to its own end: exit_code counts
  std::int32_t exit_code = -1;
  std::uint64_t log_bytes = 0;
  std::uint32_t life = 0;   // of the catalog, in which it began
  std::string content;      // SHA-256 of the files that it found; empty: none
};

struct Report {
  std::string promise;  // "P3"
  std::string what;
};

class Witness {
 public:
  // `truth`: the catalog as it is, read past all faults.
  Witness(std::string promise, catalog::Catalog& truth, std::vector<Report>& reports)
      : truth_(truth), promise_(std::move(promise)), reports_(reports) {}
  virtual ~Witness() = default;

  virtual void said(const std::string& /*by*/, const Message&) {}   // by a master, worker or client, at the moment it is sent
  virtual void heard(const std::string& /*by*/, const Message&) {}  // by a master, worker or client
  virtual void heeded(const std::string& /*by*/, const Message&, const Epoch& /*highest*/) {}  // by a worker that knows this epoch
  virtual void began(const Deed&) {}                         // a task's process runs
  virtual void gone(const Deed&) {}                          // nothing of it is left
  virtual void committed(const Batch&, const BatchOutcome&, Term /*current*/) {}  // really, whatever the master is told
  virtual void adopted(ShardTerm, const catalog::Catalog& /*shown*/) {}  // a new holder has read its shard, from this one
  virtual void forgot(const std::string& /*worker*/, AttemptRef, bool /*had_end*/) {}
  virtual void forgot_log(const std::string& /*worker*/, AttemptRef, std::uint64_t /*offset*/) {}
  virtual void process_ended(const std::string& /*party*/) {}
  // A backup of the catalog is taken; it is put back: what was seen since then may be gone, and nothing of it may come back.
  virtual void backed_up() {}
  virtual void restored() {}
  virtual void explained(ExecutionId, const std::vector<std::string>& /*reasons*/) {}
  virtual void finish() {}                                   // all is quiet: everything must have ended

 protected:
  void report(std::string what) { reports_.push_back({promise_, std::move(what)}); }
  catalog::Catalog& truth_;

 private:
  std::string promise_;
  std::vector<Report>& reports_;
};

struct Bounds {
  std::uint64_t offers_per_class = 0;
  std::uint64_t offers_per_group = 0;
  std::uint64_t log_window = 0;
};

// The byte at a place of what an attempt writes in a life of the catalog: what is stored can be told from what was meant.
char log_byte(AttemptRef attempt, std::uint32_t life, std::uint64_t offset);

std::unique_ptr<Witness> witness_p1(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_p2(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_p3(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_p4(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_p5(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_p6(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_p9(catalog::Catalog&, std::vector<Report>&, const Bounds&);
std::unique_ptr<Witness> witness_p10(catalog::Catalog&, std::vector<Report>&);
std::unique_ptr<Witness> witness_content(catalog::Catalog&, std::vector<Report>&);

// All of them, told together.
class Witnesses {
 public:
  Witnesses(catalog::Catalog& truth, const Bounds& bounds);

  template <class Tell>
  void tell(Tell&& tell_one) {
    for (const auto& witness : all_) tell_one(*witness);
  }
  const std::vector<Report>& reports() const { return reports_; }
  void report(std::string promise, std::string what) { reports_.push_back({std::move(promise), std::move(what)}); }

 private:
  std::vector<Report> reports_;
  std::vector<std::unique_ptr<Witness>> all_;
};

}  // namespace argosy::sim
