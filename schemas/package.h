// A package as programs see it: made from YAML (schemas/manifest.h) or from the command line, carried by
// Submit and Deploy, kept by the master. Plain values; nothing here checks them: check_package.h does, on
// both sides.
//
// Each struct lists its fields, in order, in visit(); the codec writes them by position. New fields are
// appended, with a default that means "as before"; none is ever removed or moved.
//
// Strings marked (template) may hold ${{ }} placeholders, see template.h. All strings are UTF-8 without NUL.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace argosy {

// What a parameter's text must look like. Values always travel as text.
enum class ParameterType : std::uint8_t {
  string = 0,
  integer = 1,  // -9223372036854775808 … 9223372036854775807
  number = 2,   // decimal, as JSON writes it
  boolean = 3,  // true or false
  date = 4,     // 2026-11-22
  json = 5,     // one JSON document
  list = 6,     // the items of an array: a JSON array, or one item a line
};

struct Parameter {
  std::string name;  // [A-Za-z_][A-Za-z0-9_-]*
  ParameterType type = ParameterType::string;
  bool required = false;  // true: no default; submit must give it, or `from` must
  std::optional<std::string>
      default_value;       // used when nobody gives a value; absent and not required: the empty text
  bool sensitive = false;  // sealed on the way, may be used in `secrets` only
  std::string from;        // variable of the environment that gives the value; empty: none
  std::string description;

  template <class V>
  void visit(V& v) {
    v(name), v(type), v(required), v(default_value), v(sensitive), v(from), v(description);
  }
  bool operator==(const Parameter&) const = default;
};

// first, first + step, … up to and with last. Required: step > 0, first <= last.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;

  template <class V>
  void visit(V& v) {
    v(first), v(last), v(step);
  }
  bool operator==(const Range&) const = default;
};

// Where an array's items come from. Item i (ItemNo, from 0) is the i-th value.
enum class ItemSource : std::uint8_t {
  none = 0,       // no array: the task has one item, without a value
  range = 1,      // `range`; item i is the number first + i * step
  values = 2,     // `values`
  blob = 3,       // content `blob_digest`: `blob_count` values, packed as sources.h says
  parameter = 4,  // the list in parameter `parameter`, known when an execution is submitted
};

struct ForEach {
  ItemSource source = ItemSource::none;
  std::string variable;  // ${{ item.VARIABLE }} is the item as ${{ item }} is; empty: no such name
  Range range;
  std::vector<std::string> values;
  std::string blob_digest;  // SHA-256, 64 lower-case hexadecimal digits
  std::uint64_t blob_count = 0;
  std::uint64_t blob_bytes = 0;
  std::string parameter;

  template <class V>
  void visit(V& v) {
    v(source), v(variable), v(range), v(values), v(blob_digest), v(blob_count), v(blob_bytes), v(parameter);
  }
  bool operator==(const ForEach&) const = default;
};

// How a task must have ended for an edge to open. An edge waits for all items of the task that it names.
enum class AfterOn : std::uint8_t {
  succeeded = 0,  // all succeeded, or not more failed than its max_failures allows
  failed = 1,     // more failed than that; otherwise the waiting task is skipped
  ended = 2,      // ended in any way, skipped and canceled too
};

struct After {
  TaskNo task;  // position in Package::tasks
  AfterOn on = AfterOn::succeeded;

  template <class V>
  void visit(V& v) {
    v(task), v(on);
  }
  bool operator==(const After&) const = default;
};

// What an attempt reserves on its worker. It is promised, not enforced: Limits end a task that takes more.
struct Resources {
  std::uint32_t cpu_milli = 1000;  // thousandths of a CPU, 1 … limits::kCpuMilliMost
  std::uint64_t memory_bytes = 0;  // 0: nothing reserved
  std::vector<std::string> tags;   // the worker must have all of them; sorted, no duplicates

  template <class V>
  void visit(V& v) {
    v(cpu_milli), v(memory_bytes), v(tags);
  }
  bool operator==(const Resources&) const = default;
};

// What ends an attempt. 0: no limit of its own; the worker's configuration may hold a lower one.
struct TaskLimits {
  Duration time;                   // running time, without time spent waiting for log credit
  std::uint64_t memory_bytes = 0;  // of the whole process tree
  std::uint64_t log_bytes = limits::kLogBytesDefault;  // stdout and stderr together
  std::uint32_t files = 0;                             // open files of one process
  std::uint32_t processes = 0;                         // of the whole tree, threads not counted

  template <class V>
  void visit(V& v) {
    v(time), v(memory_bytes), v(log_bytes), v(files), v(processes);
  }
  bool operator==(const TaskLimits&) const = default;
};

// The budget for the task's own failures. The n-th wait is backoff_min * 2^(n-1), at most backoff_max.
struct Retry {
  std::uint32_t limit = 0;  // attempts after the first
  Duration backoff_min = limits::kBackoffLeastDefault;
  Duration backoff_max = limits::kBackoffMostDefault;

  template <class V>
  void visit(V& v) {
    v(limit), v(backoff_min), v(backoff_max);
  }
  bool operator==(const Retry&) const = default;
};

// How many items of a task may fail and the task still counts as done (its execution then ends as
// "completed").
struct MaxFailures {
  std::uint64_t count = 0;
  std::optional<double>
      percent;  // 0 … 100; if set, counts instead of `count`: allowed = floor(items * percent / 100)

  template <class V>
  void visit(V& v) {
    v(count), v(percent);
  }
  bool operator==(const MaxFailures&) const = default;
};

// Where a task's process starts.
enum class Cwd : std::uint8_t {
  fresh = 0,  // a new directory of its own, in which each top-level entry of the package stands as a symbolic
              // link
  package = 1,  // the unpacked package itself, read-only
  path = 2,     // the absolute path `cwd_path`, which must exist on the worker
};

struct Task {
  std::string name;  // [A-Za-z0-9_][A-Za-z0-9_.-]*
  std::vector<After> after;
  ForEach for_each;
  std::vector<std::string> argv;      // (template) each; exactly one of argv and script is used
  std::optional<std::string> script;  // (template) for `sh -eu`
  std::map<std::string, std::string>
      env;  // (template) values; names are [A-Za-z_][A-Za-z0-9_]*, none ARGOSY_*
  std::map<std::string, std::string>
      secrets;  // (template) values; lines of the file $ARGOSY_SECRETS
  Cwd cwd = Cwd::fresh;
  std::string cwd_path;  // (template), for Cwd::path
  Resources resources;
  TaskLimits limits;
  Retry retry;
  MaxFailures max_failures;
  Duration lease = limits::kLeaseDefault;  // how long it may run on after the last word from its master
  std::uint32_t interruptions =
      limits::kInterruptionsDefault;       // attempts that may be lost with their workers
  Duration grace = limits::kGraceDefault;  // from SIGTERM to SIGKILL
  std::string run_as;                      // user on the worker; empty: the worker's own

  template <class V>
  void visit(V& v) {
    v(name), v(after), v(for_each), v(argv), v(script), v(env), v(secrets), v(cwd), v(cwd_path), v(resources);
    v(limits), v(retry), v(max_failures), v(lease), v(interruptions), v(grace), v(run_as);
  }
  bool operator==(const Task&) const = default;
};

// The name of the one task, and of the package, that the client builds from a bare command.
inline constexpr const char* kCommandTask = "command";

struct Package {
  std::string name;  // as a task's name
  std::vector<Parameter> parameters;
  std::vector<Task> tasks;  // as written; a task's position is its TaskNo
  std::string description;

  template <class V>
  void visit(V& v) {
    v(name), v(parameters), v(tasks), v(description);
  }
  bool operator==(const Package&) const = default;
};

// One version of a project: what Deploy carries, beside the files of its folder.
struct Project {
  std::string folder;  // names joined by '/', "finance" or "finance/daily"; empty: the root
  std::string name;
  std::vector<Package> packages;

  template <class V>
  void visit(V& v) {
    v(folder), v(name), v(packages);
  }
  bool operator==(const Project&) const = default;
};

}  // namespace argosy
