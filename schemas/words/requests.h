// Words of clients: submit, wait, ask, bring content. protocol.md, "Requests".
// A client repeats a request, with the same key, until it is answered; every one of them may be repeated safely.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "schemas/bytes.h"
#include "schemas/package.h"
#include "schemas/states.h"

namespace argosy {

// submitter → master: run this package. Exactly one of `package` in a project, or `inline_package`.
struct Submit {
  static constexpr std::uint16_t word = 50;
  std::string key;                       // idempotency key, 1 … 128 bytes, the submitter's own
  std::string project;                   // folder/project; empty with inline_package
  std::string package;
  std::string version;                   // digest of the project version; empty: the newest
  std::optional<Package> inline_package;
  std::string environment;               // folder/name; empty: none
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> sealed;   // sensitive parameters, each sealed to the catalog's key
  std::vector<std::string> workers;      // allowed by name; empty: any
  std::vector<std::string> worker_tags;  // required
  std::int32_t priority = 0;
  std::string batch;                     // executions of one batch share their turn; empty: on its own
  bool watch = false;                    // as if Watch had been said of the answer

  template <class V>
  void visit(V& v) {
    v(key); v(project); v(package); v(version); v(inline_package); v(environment); v(parameters); v(bytes(sealed));
    v(workers); v(worker_tags); v(priority); v(batch); v(watch);
  }
};

// master → submitter: committed.
struct Accepted {
  static constexpr std::uint16_t word = 51;
  std::string key;
  ExecutionId execution;
  bool repeated = false;                 // the key was known: this is the execution of then

  template <class V>
  void visit(V& v) { v(key); v(execution); v(repeated); }
};

struct TaskCounts {
  std::uint64_t total = 0, waiting = 0, ready = 0, running = 0;  // ready includes claimed
  std::uint64_t succeeded = 0, failed = 0, canceled = 0, interrupted = 0, skipped = 0;

  auto operator<=>(const TaskCounts&) const = default;
  template <class V>
  void visit(V& v) {
    v(total); v(waiting); v(ready); v(running); v(succeeded); v(failed); v(canceled); v(interrupted); v(skipped);
  }
};

// client → master: tell me of changes until all of these have ended.
struct Watch {
  static constexpr std::uint16_t word = 52;
  std::string request;                   // chosen by the client, repeated in every Changed
  std::vector<ExecutionId> executions;   // at most 10,000

  template <class V>
  void visit(V& v) { v(request); v(executions); }
};

// master → client: how an execution stands. At most every 100 ms each, and at once when it ends.
struct Changed {
  static constexpr std::uint16_t word = 53;
  std::string request;                   // of the Watch; the key of the Submit that watched
  ExecutionId execution;
  ExecutionStatus status = ExecutionStatus::created;
  TaskCounts counts;

  template <class V>
  void visit(V& v) { v(request); v(execution); v(status); v(counts); }
};

// client → master: a verb with its arguments, and its answer, as JSON. requests.md lists the verbs, who may say them,
// and their documents. A verb that changes something is done once for a request id.
struct Ask {
  static constexpr std::uint16_t word = 54;
  std::string request;
  std::string verb;                      // "execution.list", "worker.enable", …
  std::string arguments;                 // a JSON object

  template <class V>
  void visit(V& v) { v(request); v(verb); v(arguments); }
};

struct Answer {
  static constexpr std::uint16_t word = 55;
  std::string request;
  std::string document;                  // JSON
  std::string next;                      // not empty: ask again with "page": next for more

  template <class V>
  void visit(V& v) { v(request); v(document); v(next); }
};

// client → master: a piece of content (a project's archive, or the values of an array), 1 … 256 KiB.
struct Put {
  static constexpr std::uint16_t word = 56;
  std::string digest;                    // SHA-256 of the whole, hex
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  std::string data;

  template <class V>
  void visit(V& v) { v(digest); v(offset); v(total); v(bytes(data)); }
};

// master → client: all bytes before `offset` are committed; send from there. offset = total: complete.
struct Stored {
  static constexpr std::uint16_t word = 57;
  std::string digest;
  std::uint64_t offset = 0;

  template <class V>
  void visit(V& v) { v(digest); v(offset); }
};

// operator or submitter → master: a new version of a project. Answered by Answer.
struct Deploy {
  static constexpr std::uint16_t word = 58;
  std::string request;
  std::string project;                   // folder/project
  std::vector<Package> packages;
  std::string content;                   // digest of its archive (tar, zstd), already Stored; empty: no files
  std::string manifest;                  // text as written, for people

  template <class V>
  void visit(V& v) { v(request); v(project); v(packages); v(content); v(manifest); }
};

}  // namespace argosy
