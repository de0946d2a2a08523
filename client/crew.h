// Who runs in a folder of `argosy up`: its brokers, masters and workers, and how it gets more of them.
//
// The first broker and the first master are those of broker.toml and master.toml; the next are b2, m2 … with files of their own,
// made from the first one's, so that what an operator set there holds for them too. Brokers of one folder share its endpoint on
// 127.0.0.1, and hear each other at 127.0.0.2, 127.0.0.3 … with the same port.
// Failure: what could not be read or written and where, or why the folder cannot have so many.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/layout.h"
#include "fabric/keys.h"

namespace argosy::client {

constexpr int kBrokersMost = 5;
constexpr int kMastersMost = 5;

// How many of each; 0: those that the folder has.
struct CrewSize {
  int brokers = 0;
  int masters = 0;
  int workers = 0;
};

// By name; "broker" and "master" are the first ones.
struct Crew {
  std::vector<std::string> brokers;
  std::vector<std::string> masters;
  std::vector<std::string> workers;
};

// Makes what is missing for so many. `endpoint`: where new workers connect.
Result<Crew> muster(const Layout& layout, const CrewSize& size, const std::string& endpoint);

// A key, a line in the roster and settings for one more master. There already: it stays as it is.
Status init_master(const Layout& layout, const std::string& name);
// A key and settings for a worker of this folder; its public key in hex. There already: nothing but its key.
Result<std::string> init_worker(const Layout& layout, const std::string& name, const std::string& endpoint, int cpu_milli);
// The public key of a key file, which is made if it is not there.
Result<fabric::PublicKey> ensure_key(const std::filesystem::path& file);

std::string worker_name(int number);  // "w3"
std::string master_name(int number);  // "m3"
int cpu_share(int workers);           // thousandths of a CPU for each of so many workers on this machine
std::string settings_line(const std::string& key, const std::string& value);  // of a TOML file

}  // namespace argosy::client
