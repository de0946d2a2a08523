// `argosy up`: a whole cluster on this machine, in one folder; and `argosy down`.
#pragma once

#include <string>

#include "client/cli.h"
#include "client/crew.h"

namespace argosy::client {

struct UpPlan {
  CrewSize size;            // a new folder has one broker, one master and 2 workers where it says nothing
  std::string catalog;      // of a new folder; empty: SQLite in it
  std::optional<int> port;  // of a new folder; 0: any free one
  bool background = false;
};

int run_up(Cli& cli, const UpPlan& plan);
int run_down(Cli& cli);

}  // namespace argosy::client
