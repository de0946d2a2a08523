// `argosy master add`: one more master for a cluster that is there, to run here or to be taken to another host.
//
// Failure: what is wrong, where, and what to do; half of it made is no hindrance to the same again. Thread rule: values.
#pragma once

#include <string>

#include "base/result.h"
#include "client/layout.h"

namespace argosy::client {

struct AddedMaster {
  std::string key;          // public, in hex
  std::string settings;     // its file
  std::string roster_line;  // for brokers on other hosts
  bool of_one_host = false; // the catalog is SQLite
};
// A key, a line in this folder's roster and settings made from master.toml.
Result<AddedMaster> add_master(const Layout& layout, const std::string& name);

}  // namespace argosy::client
