// The machine that this process runs on. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace argosy::fabric {

struct HostFacts {
  std::string name;
  std::string machine_id;       // of the installation; the name where there is none
  std::string boot_id;          // of this boot
  std::uint64_t cpu_milli = 0;  // that this process may use
  std::uint64_t memory_bytes = 0;
};

HostFacts read_host_facts();

// Lets this process open as many files as the system allows it: one for each connection. How many these are.
std::uint64_t take_all_descriptors();

// Tells whoever started this process that it is ready: READY=1 to $NOTIFY_SOCKET (the sd_notify protocol)
// where it is set, and `line` on standard output.
void tell_ready(const std::string& line);

}  // namespace argosy::fabric
