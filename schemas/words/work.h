// Words between a master and a worker, carried by the broker unread. protocol.md, "Work".
// All carry (shard, term) in the envelope; every worker word carries the session it speaks for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "schemas/bytes.h"
#include "schemas/package.h"
#include "schemas/states.h"
#include "schemas/words/session.h"

namespace argosy {

// What all items of one task of one execution share.
struct TaskSpec {
  ExecutionId execution;
  TaskNo task;
  Task body;                             // parameters and earlier outputs bound; only item placeholders are left
  std::string package;                   // its name
  std::string content;                   // SHA-256 (hex) of the project's content; empty: none
  std::map<std::string, std::string> secrets;  // name → value, each sealed to the worker's key

  template <class V>
  void visit(V& v) { v(execution); v(task); v(body); v(package); v(content); v(bytes(secrets)); }
};

struct RunItem {
  std::uint32_t spec = 0;                // index into Run.specs
  AttemptRef attempt;
  std::string value;                     // the item's value; empty for a task without for_each
  std::string id;                        // the item's array id as people write it; empty without for_each

  template <class V>
  void visit(V& v) { v(spec); v(attempt); v(value); v(id); }
};

// master → worker: the claim is committed, run. Obeyed only if session, connection, term and renewal are current
// and the renewal's lease still runs; else the worker says Return.
struct Run {
  static constexpr std::uint16_t word = 30;
  SessionId session;                     // of the worker the claim names
  Renewal renewal;                       // the grant that this rests on
  std::vector<TaskSpec> specs;
  std::vector<RunItem> items;

  template <class V>
  void visit(V& v) { v(session); v(renewal); v(specs); v(items); }
};

struct AttemptStart {
  AttemptRef attempt;
  WallTime at;
  std::uint64_t pid = 0;

  template <class V>
  void visit(V& v) { v(attempt); v(at); v(pid); }
};

// worker → master: running. Left out for attempts that end before it would be said.
struct Started {
  static constexpr std::uint16_t word = 31;
  SessionId session;
  std::vector<AttemptStart> attempts;

  template <class V>
  void visit(V& v) { v(session); v(attempts); }
};

// A run of bytes of one stream within a chunk, in the order in which they were read.
struct LogPiece {
  std::uint8_t stream = 1;               // 1 stdout, 2 stderr
  std::uint32_t length = 0;
  WallTime at;

  auto operator<=>(const LogPiece&) const = default;
  template <class V>
  void visit(V& v) { v(stream); v(length); v(at); }
};

enum class LogCodec : std::uint8_t { raw = 0, zstd = 1 };

struct LogChunk {
  AttemptRef attempt;
  std::uint64_t offset = 0;              // of its first byte in the attempt's log (both streams, as captured)
  std::uint32_t length = 0;              // bytes before compression: 1 … 1 MiB
  std::vector<LogPiece> pieces;          // their lengths add up to length
  LogCodec codec = LogCodec::raw;
  std::string data;

  template <class V>
  void visit(V& v) { v(attempt); v(offset); v(length); v(pieces); v(codec); v(bytes(data)); }
};

// worker → master: what tasks wrote. In flight at most the window that LogCredit gave.
struct Log {
  static constexpr std::uint16_t word = 32;
  SessionId session;                     // of the attempts: an earlier session's log comes from the spool
  std::vector<LogChunk> chunks;

  template <class V>
  void visit(V& v) { v(session); v(chunks); }
};

struct ResourceUsage {
  Duration user;
  Duration system;
  std::uint64_t max_rss_bytes = 0;

  auto operator<=>(const ResourceUsage&) const = default;
  template <class V>
  void visit(V& v) { v(user); v(system); v(max_rss_bytes); }
};

struct AttemptEnd {
  AttemptRef attempt;
  EndReason reason = EndReason::succeeded;
  std::int32_t exit_code = -1;           // -1: did not exit by itself
  std::int32_t signal = 0;
  WallTime started_at;                   // 0: never started
  WallTime ended_at;
  ResourceUsage usage;
  std::uint64_t log_bytes = 0;           // length of its whole log; the end is recorded only with all of it
  std::string stderr_tail;               // at most 4 KiB, valid UTF-8
  std::map<std::string, std::string> outputs;  // from $ARGOSY_OUTPUT; at most 64 KiB together
  std::string detail;                    // what a person must know beyond the reason

  template <class V>
  void visit(V& v) {
    v(attempt); v(reason); v(exit_code); v(signal); v(started_at); v(ended_at); v(usage); v(log_bytes);
    v(stderr_tail); v(outputs); v(detail);
  }
};

// worker → master: over. Kept by the worker until Recorded.
struct Finished {
  static constexpr std::uint16_t word = 33;
  SessionId session;                     // of the attempts: an earlier session's ends come from the spool
  std::vector<AttemptEnd> ends;

  template <class V>
  void visit(V& v) { v(session); v(ends); }
};

struct LogOffset {
  AttemptRef attempt;
  std::uint64_t offset = 0;              // all bytes before it are in the catalog

  template <class V>
  void visit(V& v) { v(attempt); v(offset); }
};

// master → worker: committed. `ends`: forget these attempts. `logs`: forget the bytes before; send from there.
struct Recorded {
  static constexpr std::uint16_t word = 34;
  SessionId session;
  std::vector<AttemptRef> ends;
  std::vector<LogOffset> logs;

  template <class V>
  void visit(V& v) { v(session); v(ends); v(logs); }
};

// master → worker: log bytes (as sent) that may be in flight, unrecorded, from now on.
struct LogCredit {
  static constexpr std::uint16_t word = 35;
  SessionId session;
  std::uint64_t window_bytes = 0;

  template <class V>
  void visit(V& v) { v(session); v(window_bytes); }
};

// worker → master: claimed, not started, given back.
struct Return {
  static constexpr std::uint16_t word = 36;
  SessionId session;
  std::string why;                       // drain, stale run, …; shown to people
  bool forgotten = false;                // known, over, and no longer held: lost, never to be run again
  std::vector<AttemptRef> attempts;

  template <class V>
  void visit(V& v) { v(session); v(why); v(forgotten); v(attempts); }
};

// master → worker: SIGTERM, after the task's grace SIGKILL for the whole tree; then Finished as usual.
struct Stop {
  static constexpr std::uint16_t word = 37;
  SessionId session;
  std::vector<AttemptRef> attempts;

  template <class V>
  void visit(V& v) { v(session); v(attempts); }
};

// master → worker: not yours (any more). SIGKILL at once, forget, say nothing more of it but Credit.
struct Drop {
  static constexpr std::uint16_t word = 38;
  SessionId session;
  std::vector<AttemptRef> attempts;

  template <class V>
  void visit(V& v) { v(session); v(attempts); }
};

// worker → master: asks for a lease. The worker counts from the moment it asked.
struct Renew {
  static constexpr std::uint16_t word = 39;
  SessionId session;
  Renewal renewal;
  std::uint64_t incarnation = 0;         // of the catalog, as the worker knows it; 0: it knows none

  template <class V>
  void visit(V& v) { v(session); v(renewal); v(incarnation); }
};

// master → worker: given. The master counts from the moment it gave.
struct Granted {
  static constexpr std::uint16_t word = 40;
  SessionId session;
  Renewal renewal;
  Duration lease;                        // of the shard; a task's own lease stands in its body
  Duration grace;
  std::uint64_t incarnation = 0;         // of the catalog; another one than before: what the worker has is void

  template <class V>
  void visit(V& v) { v(session); v(renewal); v(lease); v(grace); v(incarnation); }
};

// worker → master: all that this worker has of the shard. Said to every new holder and on every new connection.
struct Inventory {
  static constexpr std::uint16_t word = 41;
  std::uint64_t serial = 0;              // counts up within the session
  SessionId session;
  SessionId predecessor;                 // the session before on this worker's folder, swept before Hello; 0: none
  Host host;
  std::vector<AttemptRef> held;          // running or waiting, of this session
  std::vector<AttemptRef> finished;      // not yet recorded, of any session
  std::uint64_t incarnation = 0;         // of the catalog that gave them; 0: an older worker

  template <class V>
  void visit(V& v) { v(serial); v(session); v(predecessor); v(host); v(held); v(finished); v(incarnation); }
};

// master → worker: Inventory `serial` was compared with the catalog; what follows from it was said before this.
struct Reconciled {
  static constexpr std::uint16_t word = 42;
  SessionId session;
  std::uint64_t serial = 0;

  template <class V>
  void visit(V& v) { v(session); v(serial); }
};

// worker → master: a piece of package content. length 1 … 256 KiB.
struct Fetch {
  static constexpr std::uint16_t word = 43;
  std::string digest;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;

  template <class V>
  void visit(V& v) { v(digest); v(offset); v(length); }
};

// master → worker. total 0: the catalog does not have it.
struct Chunk {
  static constexpr std::uint16_t word = 44;
  std::string digest;
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  std::string data;

  template <class V>
  void visit(V& v) { v(digest); v(offset); v(total); v(bytes(data)); }
};

}  // namespace argosy
