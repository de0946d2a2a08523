// What a PollSet can wait on besides plain descriptors.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"

namespace argosy::fabric {

class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void raw_sockets(std::vector<void*>& out) const = 0;  // libzmq sockets that make this readable
  virtual std::optional<Time> deadline() const = 0;  // when it wants attention without being readable
};

}  // namespace argosy::fabric
