// Where a party finds the cluster, as fabric/cluster_socket.cpp does it: told of another place, it keeps that on disk, tries it
// beside the connection that it has, and goes there once it answers. What it keeps outlives its process.
#pragma once

#include <cstdint>
#include <string>

#include "schemas/words/session.h"
#include "tests/sim/stage.h"

namespace argosy::sim {

class Place {
 public:
  Place(Stage& stage, Party& party) : stage_(stage), party_(party) {}

  void begin();  // of a process
  void told(const Endpoint& word);
  // What is dialled; empty: as configured.
  const std::string& here() const { return here_; }

 private:
  struct Kept {
    std::uint64_t serial = 0;   // the highest counts; 0: never told
    std::string endpoint;
    bool reached = false;
  };

  void keep();
  void try_it(std::uint64_t trial);

  Stage& stage_;
  Party& party_;
  std::string here_;
  Kept kept_;
  Kept disk_;
  std::uint64_t trial_ = 0;     // an earlier one is void
};

}  // namespace argosy::sim
