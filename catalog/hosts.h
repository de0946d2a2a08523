// The hosts of a PostgreSQL address: which of them is the primary, asked of all at once.
//
// libpq tries hosts one after another and waits seconds for each that is silent; during a failover the dead host may stand
// first, and of two that both take writes it does not know the later one.
//
// Owner: none. Thread rule: any thread. Failure: in words, beside each host; nothing is thrown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace argosy::catalog {

// What one host said of itself.
struct HostWord {
  std::string host;           // "db1:5432"
  std::string address;        // of this host alone, with the options of the whole address; for libpq
  bool answered = false;
  std::string trouble;        // why it did not
  bool standby = false;       // in recovery
  bool writable = false;
  std::int64_t timeline = 0;  // of a standby: 0 where the login may not know it
  std::string waits;          // what the backend asked for waits for: "SyncRep", …; "active", "idle"; empty: it is not there
  std::string sync;           // of a primary: its standbys, "n2 sync, 0 bytes behind"; empty: none, or not to be seen
};

struct HostQuestion {
  Duration within = seconds(2);         // for all answers
  Duration grace = milliseconds(200);   // for the others, once one that takes writes has answered; negative: wait for all
  std::string host;                     // of whose backend to tell what it waits for
  std::int64_t backend = 0;             // its process id
};

// Connects with the options of read_address(). An address that libpq cannot read gives one word with the trouble.
std::vector<HostWord> ask_hosts(const std::string& address, const HostQuestion& question);

// Of those that take writes the one on the latest timeline; nullptr: none.
const HostWord* primary_of(const std::vector<HostWord>& words);

// One sentence about all: "db1:5432: Connection refused; db2:5432: a standby".
std::string told(const std::vector<HostWord>& words);

// The latest timeline that this process has seen on a catalog's servers. Only ever grows.
std::int64_t latest_timeline(const std::string& address);
void saw_timeline(const std::string& address, std::int64_t timeline);

}  // namespace argosy::catalog
