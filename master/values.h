// Values of an array that live in the catalog: a few chunks at a time, read before their items are offered.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"

namespace argosy::master {

struct Values {
  std::uint64_t chunk = 1024;                              // items of one chunk
  std::map<std::uint64_t, std::vector<std::string>> held;  // by number of the chunk
  std::set<std::uint64_t> asked;                           // chunks on their way
  std::vector<AttemptRef> waiting;                         // claimed, their Run waits for the value

  const std::string* find(std::uint64_t item) const {
    const auto it = held.find(item / chunk);
    if (it == held.end() || item % chunk >= it->second.size()) return nullptr;
    return &it->second[item % chunk];
  }
};

}  // namespace argosy::master
